"""The version, for packages that must not load the whole interface to name it."""

__version__ = "0.1.0"
