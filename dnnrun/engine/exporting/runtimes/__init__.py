"""The programs that prove an export, a runtime each: run as files, they import nothing but NumPy and the runtime.

Each is told four paths: the model, the rows to ask it for (npz, by the names of its inputs), where to write what it
predicted (npz, by the names of its outputs), and where to write which versions it ran with (JSON).
"""
