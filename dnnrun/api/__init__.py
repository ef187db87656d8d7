"""The library functions: whatever a command does can be done from Python with these.

They sit above all floors but the command line, because a run is trained by the engine and then drawn by the analysis,
and neither of the two knows the other.
"""
