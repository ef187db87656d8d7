"""Everything that needs TensorFlow: devices, model building, training, evaluation. It prints nothing."""
