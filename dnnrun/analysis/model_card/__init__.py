"""The model card of a run: what it is, its data, its results, how to use it, and the limits that its numbers show."""
