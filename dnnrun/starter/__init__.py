"""A config to start from: one of the templates, or one that is proposed from what a table holds.

A table becomes facts (`profile`), these become decisions (`task`, `columns`, `sizes`, `proposal`), and these become a
config with a sentence about every key (`document`) and its text (`commented`). `from_table` goes all the way.
"""
