"""The version of this program; a module of its own, so that inner packages need not import the public ones."""

__version__ = "0.1.0"
