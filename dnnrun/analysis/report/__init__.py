"""Runs as one self-contained HTML file: `gathering` reads them into plain data, `page` makes the page of that."""
