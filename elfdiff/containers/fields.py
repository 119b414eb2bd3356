"""Values of fields as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seconds_text(seconds: float) -> str:
    """Seconds since 1970 as a date in UTC; the number itself where the calendar ends."""
    try:
        moment = _EPOCH + timedelta(seconds=int(seconds))
    except (OverflowError, ValueError):
        return str(seconds)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment.year >= 1000 else str(seconds)


def mode_text(mode: int) -> str:
    """Permission bits as ls -l and chmod show them: ``0755``."""
    return f"{mode & 0o7777:04o}"


def readable(text: bytes) -> str:
    """UTF-8 with every undecodable byte and control character as a backslash escape; at most 4,096 characters."""
    words = text[:4096].decode("utf-8", "backslashreplace")
    if words.isprintable():
        return words
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in words)
