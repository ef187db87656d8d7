"""The plots, each a file: a pure function that gathers the numbers, and one that draws them."""
