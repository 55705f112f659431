"""The scoring method: pure functions on plain values and NumPy arrays, without Django or random numbers."""

METHOD_VERSION = "2"
