"""String tables (gABI, "String Table"): NUL-terminated names, addressed by their first byte."""

from __future__ import annotations

from elfdiff.errors import LimitExceeded

_SLACK = 16 << 20


def decoded(raw: bytes) -> str:
    """UTF-8 with backslash escapes for bytes that are none, so that nothing is lost."""
    return raw.decode("utf-8", "backslashreplace")


class StringTable:
    """Looks names up in the bytes of one string table.

    Names may share their ends, so a hostile table can make n names of n bytes each. What is handed out in all is
    limited to 16 times the table and some slack: LimitExceeded.
    """

    def __init__(self, data: bytes, path: str) -> None:
        self.data = data
        self._path = path
        self._left = 16 * len(data) + _SLACK
        self._known: dict[int, str] = {0: ""} if data[:1] in (b"", b"\0") else {}

    def text(self, offset: int) -> str:
        """The name at ``offset``; empty if it points outside. A name without its NUL ends with the table."""
        known = self._known.get(offset)
        if known is None:
            known = self._known[offset] = decoded(self.raw(offset))
        return known

    def raw(self, offset: int) -> bytes:
        """The bytes of the name at ``offset``, without the NUL."""
        if not 0 <= offset < len(self.data):
            return b""
        end = self.data.find(b"\0", offset)
        name = self.data[offset : end if end >= 0 else len(self.data)]
        self._left -= len(name)
        if self._left < 0:
            raise LimitExceeded(f"{self._path}: the names of a string table share so many bytes that they do not fit")
        return name
