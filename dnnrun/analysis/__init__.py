"""Reads finished, running and broken runs: comparison and plots. Never imports the engine or the data package."""
