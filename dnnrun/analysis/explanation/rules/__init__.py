"""The rules, closely related ones in a module."""
