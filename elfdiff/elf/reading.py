"""Reads a file into memory once. Nothing else in elfdiff opens its inputs."""

from __future__ import annotations

import os
import stat

from elfdiff.errors import LimitExceeded, UnreadableFile

MAX_FILE_SIZE = 2 << 30
"""Bytes. Larger inputs are refused before they are read."""

_MORE = 1 << 16
"""Bytes to ask for beyond the size that the system tells; files of /proc tell 0."""

_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISCHR, "a character device"),
    (stat.S_ISBLK, "a block device"),
    (stat.S_ISSOCK, "a socket"),
)


def shown(path: str | os.PathLike[str]) -> str:
    """The path as it may stand in a sentence: control characters and bytes that are no UTF-8 become escapes."""
    text = os.fsdecode(path)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def read_bytes(path: str | os.PathLike[str], limit: int = MAX_FILE_SIZE) -> bytes:
    """The content of a regular file.

    Raises UnreadableFile for a missing or forbidden file and for anything that is no regular file, and LimitExceeded
    for more than ``limit`` bytes. Never blocks: a FIFO without a writer is refused.
    """
    try:
        # Without O_NONBLOCK, open() of a FIFO waits for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UnreadableFile(f"{shown(path)}: {_reason(error)}") from error
    except ValueError as error:
        raise UnreadableFile(f"{shown(path)}: the name holds a NUL byte") from error
    try:
        return _read(descriptor, shown(path), limit)
    except OSError as error:
        raise UnreadableFile(f"{shown(path)}: {_reason(error)}") from error
    finally:
        os.close(descriptor)


def _read(descriptor: int, name: str, limit: int) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        kind = next((word for test, word in _KINDS if test(status.st_mode)), "no regular file")
        raise UnreadableFile(f"{name}: is {kind}; elfdiff reads regular files")
    if status.st_size > limit:
        raise LimitExceeded(f"{name}: has {status.st_size} bytes, and the limit is {limit}")
    # The size is only a hint: another process may still write to the file.
    chunks: list[bytes] = []
    total = 0
    while total <= limit:
        # One read for all of it: joining pieces would take the memory twice.
        chunk = os.read(descriptor, min(max(status.st_size - total, 0) + _MORE, limit - total + 1))
        if not chunk:
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)
        chunks.append(chunk)
        total += len(chunk)
    raise LimitExceeded(f"{name}: grew past the limit of {limit} bytes while it was read")


def _reason(error: OSError) -> str:
    """The system's words in low case ("no such file or directory")."""
    words = error.strerror or "cannot be read"
    return words[:1].lower() + words[1:]
