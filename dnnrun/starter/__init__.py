"""A config to start from: one of the templates, or one that is proposed from what a table holds.

A table becomes facts (`profile`), these become decisions (`task`, `columns`, `sizes`, `proposal`), and these become YAML
with a comment above every key (`commented`). `beginning` leads from one to the other.
"""
