"""Pair → typed facts. One extractor a module; none of them names a cause."""
