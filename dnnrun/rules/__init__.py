"""Rules of meaning: what runs but learns nothing, found in a config before anything is trained.

They know the config, the catalogue, and the facts of the data where its source can tell them cheaply; TensorFlow never
starts here. `table` lists them, `checking` applies them. Each has a page in ``docs/rules`` with a config that breaks it
and one near it that does not; the tests run both.
"""
