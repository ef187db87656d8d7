"""What every run has, whatever is trained in it: who is told of it, its log, its machine, its figures, its end.

It needs no TensorFlow: `engine`, which trains networks, and `estimators`, which fits scikit-learn's, both stand on it.
"""
