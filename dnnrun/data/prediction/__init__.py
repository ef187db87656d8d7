"""Rows to predict, from files and from Python, in the form of those that the model was trained on."""
