"""Frozen dataclasses as JSON: one definition gives the writer, the reader and the JSON Schema."""
