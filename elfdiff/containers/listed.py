"""Files that a .changes, .dsc or .buildinfo of Debian lists (deb-changes(5), dsc(5), deb-buildinfo(5)), beside it."""

from __future__ import annotations

import os
import stat
from functools import partial

from elfdiff.containers.limits import Budget
from elfdiff.containers.model import LISTED, Container, Entry, EntryKind
from elfdiff.elf.reading import read_bytes, shown
from elfdiff.patterns import late

_SUFFIXES = (".changes", ".dsc", ".buildinfo")
_FIELD = late(rb"(?m)^Checksums-Sha256:[^\n]*\n((?: [^\n]*\n)+)")
_LINE = late(rb"(?m)^ +[0-9a-f]{64} +\d+ +([^\s/]+)\s*$")
MAX_BYTES = 8 << 20
"""Bytes of a list."""


def read_listed(path: str, data: bytes, budget: Budget) -> Container | None:
    """The list and the files that it names and that lie beside it, by name; None for what is no list of such files.

    A file that is listed and is not there is a warning. Links are not followed.
    """
    if not path.endswith(_SUFFIXES) or len(data) > MAX_BYTES:
        return None
    field = _FIELD.search(data)
    names = sorted({os.fsdecode(name) for name in _LINE.findall(field[1])} - {".", ".."}) if field else []
    own = os.path.basename(path)
    entries = [Entry(own, EntryKind.FILE, len(data), lambda: data)]
    missing = []
    for name in names:
        budget.name(os.fsencode(name))
        budget.entries(len(entries) + 1)
        place = os.path.join(os.path.dirname(path), name)
        try:
            status = os.lstat(place)
        except (OSError, ValueError):
            status = None
        if status is None or not stat.S_ISREG(status.st_mode):
            missing.append(name)
        elif name != own:
            read = partial(read_bytes, place, budget.limits.entry_bytes)
            entries.append(Entry(name, EntryKind.FILE, status.st_size, read))
    if len(entries) == 1:
        return None
    entries.sort(key=lambda entry: os.fsencode(entry.name))
    warnings = [f"{shown(name)} is listed and does not lie beside it" for name in missing]
    size = sum(entry.size for entry in entries)
    where = shown(os.path.dirname(path) or ".")
    return Container(path, LISTED, size, None, tuple(entries), (), warnings=tuple(warnings), said=where)
