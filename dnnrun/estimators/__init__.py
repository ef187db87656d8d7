"""Models of scikit-learn, fitted into ordinary runs: as a config's model, and as baselines. Knows no TensorFlow."""
