"""The shape of a line: what builds vary is taken out of it."""

from __future__ import annotations

from elfdiff.patterns import late

_VARIES = late(
    rb"/(?:[\w.+@~-]+/)+|[0-9a-fA-F]{7,}(?![g-zG-Z])|\d+|"
    rb"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b"
)


def masked(text: bytes) -> bytes:
    """A line with directories, numbers, hexadecimal words and names of days and months replaced by one mark."""
    return _VARIES.sub(b"#", text)
