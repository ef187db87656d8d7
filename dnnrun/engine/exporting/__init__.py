"""A run's model in other formats, each proved by its own runtime: a module a format, and the table of them."""
