"""Directories: every file below one, in the order of names, nothing followed and nothing left out."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator

from elfdiff.containers.fields import mode_text, seconds_text
from elfdiff.containers.limits import Budget
from elfdiff.containers.model import Container, Entry, EntryKind, Field, FieldKind
from elfdiff.elf.reading import read_bytes, shown
from elfdiff.errors import UnreadableFile

MAX_DEPTH = 256
"""Directories in directories."""
_KINDS = {
    stat.S_IFREG: EntryKind.FILE,
    stat.S_IFDIR: EntryKind.DIRECTORY,
    stat.S_IFLNK: EntryKind.SYMLINK,
    stat.S_IFBLK: EntryKind.DEVICE,
    stat.S_IFCHR: EntryKind.DEVICE,
    stat.S_IFIFO: EntryKind.FIFO,
    stat.S_IFSOCK: EntryKind.SOCKET,
}


def read_directory(path: str, budget: Budget) -> Container:
    """Everything below a directory; contents are read when they are asked for.

    Links are entries of their own and lead nowhere. Raises UnreadableFile for a directory that may not be listed,
    LimitExceeded for too many entries.
    """
    entries: list[Entry] = []
    warnings: list[str] = []
    for name, status, full in _walk(path, "", 0):
        budget.name(os.fsencode(name))
        budget.entries(len(entries) + 1)
        kind = _KINDS.get(stat.S_IFMT(status.st_mode), EntryKind.OTHER)
        target = os.readlink(full) if kind is EntryKind.SYMLINK else None
        size = status.st_size if kind is EntryKind.FILE else len(os.fsencode(target)) if target is not None else 0
        entries.append(
            Entry(name, kind, size, _reader(full, kind, target, budget), target=target, fields=_fields(status, kind))
        )
    return Container(
        path, "directory", sum(entry.size for entry in entries), None, tuple(entries), (), warnings=tuple(warnings)
    )


def _walk(root: str, below: str, depth: int) -> Iterator[tuple[str, os.stat_result, str]]:
    where = os.path.join(root, below) if below else root
    if depth > MAX_DEPTH:
        raise UnreadableFile(f"{shown(where)}: more than {MAX_DEPTH} directories lie in each other")
    try:
        with os.scandir(where) as listing:
            found = sorted(listing, key=lambda item: os.fsencode(item.name))
    except OSError as error:
        raise UnreadableFile(f"{shown(where)}: {(error.strerror or 'cannot be listed').lower()}") from error
    for item in found:
        name = f"{below}/{item.name}" if below else item.name
        try:
            status = item.stat(follow_symlinks=False)
        except OSError as error:
            raise UnreadableFile(f"{shown(item.path)}: {(error.strerror or 'cannot be read').lower()}") from error
        yield name, status, item.path
        if stat.S_ISDIR(status.st_mode):
            yield from _walk(root, name, depth + 1)


def _reader(path: str, kind: EntryKind, target: str | None, budget: Budget) -> Callable[[], bytes]:
    if kind is EntryKind.FILE:
        return lambda: read_bytes(path, budget.limits.entry_bytes)
    return lambda: os.fsencode(target) if target is not None else b""


def _fields(status: os.stat_result, kind: EntryKind) -> tuple[Field, ...]:
    """Mode (a link has none); time and owner, which are compared only on demand."""
    mode = stat.S_IMODE(status.st_mode)
    seconds = status.st_mtime_ns // 1_000_000_000
    fields = [
        Field("time", FieldKind.META, None, seconds_text(seconds), seconds),
        Field("uid", FieldKind.META, None, str(status.st_uid), status.st_uid),
        Field("gid", FieldKind.META, None, str(status.st_gid), status.st_gid),
    ]
    if kind is not EntryKind.SYMLINK:
        fields.insert(0, Field("mode", FieldKind.META, None, mode_text(mode), mode))
    if kind is EntryKind.DEVICE:
        device = f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
        fields.append(Field("extra", FieldKind.META, None, f"device {device}"))
    return tuple(fields)
