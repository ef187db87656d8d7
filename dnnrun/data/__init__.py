"""Data: sources, splits, labels and what is known of them. Knows no TensorFlow."""
