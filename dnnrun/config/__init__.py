"""The config language: YAML to a frozen, validated `Experiment`. Knows no TensorFlow."""
