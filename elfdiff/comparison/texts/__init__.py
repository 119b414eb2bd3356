"""Texts: which became which, and by what rewrite."""
