"""Builds a tree again and again under variations, lets the bytes say why the results differ, and proves the fix."""
