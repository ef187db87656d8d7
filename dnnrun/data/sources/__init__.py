"""The data sources, each a file; `table` lists them by the names that configs use."""
