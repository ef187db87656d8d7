"""dnnrun: one YAML file to one reproducible Keras run."""
