"""What a build made: found, told apart from what it only used on the way, and kept by its content."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from elfdiff.values import dataclass

_ELF = b"\x7fELF"
_RELOCATABLE = 1
_AR = b"!<arch>\n"
_NAMED = {
    ".whl": b"PK\x03\x04",
    ".jar": b"PK\x03\x04",
    ".apk": b"\x1f\x8b",
    ".rpm": b"\xed\xab\xee\xdb",
}
"""Packages: how the name ends, and how the content begins."""
_ON_THE_WAY = {".git", "CMakeFiles", "meson-private", "meson-logs", ".fingerprint", "autom4te.cache"}
_OF_CARGO = {"deps", "build", "incremental"}

Stamp = tuple[int, int]
"""Time of the last change in nanoseconds, and size in bytes."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file that a build made. ``sha256`` names its content, which stands in the store."""

    name: str
    sha256: str
    elf: bool


@dataclass(frozen=True, slots=True)
class Made:
    """What stands in the area of a build when it has ended; ``stale`` are artifacts that stood there before."""

    artifacts: tuple[tuple[str, Path], ...]
    stale: tuple[str, ...]


def stamps(tree: Path) -> dict[str, Stamp]:
    """Every regular file below and its stamp, by its name below ``tree``."""
    return {name: _stamp(found) for name, found in _files(tree, tree)}


def made(area: Path, tree: Path, before: Mapping[str, Stamp], globs: Sequence[str]) -> Made:
    """The artifacts: what ``globs`` name, else what is ELF, a package or an image; only what the build wrote.

    Names are relative to ``tree``, the source directory; what stands beside it in ``area`` begins with "../".
    """
    new: list[tuple[str, Path]] = []
    stale: list[str] = []
    for name, path in _files(area, tree):
        if not (_matches(name, globs) if globs else _of_itself(name, path)):
            continue
        if before.get(name) == _stamp(path):
            stale.append(name)
        else:
            new.append((name, path))
    return Made(tuple(sorted(_once(new))), tuple(sorted(stale)))


def keep(path: Path, store: Path) -> tuple[str, bool]:
    """Copy a file into the store under its SHA-256; also whether it is ELF."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        elf = file.read(4) == _ELF
        file.seek(0)
        while block := file.read(1 << 20):
            digest.update(block)
    name = digest.hexdigest()
    if not (store / name).exists():
        shutil.copyfile(path, store / name)
    return name, elf


def _files(area: Path, tree: Path) -> Iterator[tuple[str, Path]]:
    for place, directories, files in os.walk(area):
        directories.sort()
        for name in sorted(files):
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                yield os.path.relpath(path, tree), path


def _stamp(path: Path) -> Stamp:
    told = path.stat()
    return told.st_mtime_ns, told.st_size


def _matches(name: str, globs: Sequence[str]) -> bool:
    return any(fnmatch(name, glob.removeprefix("./")) for glob in globs)


def _of_itself(name: str, path: Path) -> bool:
    """ELF but objects (kernel modules are none), static archives, packages; not what stands on the way to them."""
    parts = PurePosixPath(name).parts
    if not _ON_THE_WAY.isdisjoint(parts) or _cargo_internal(path):
        return False
    try:
        with path.open("rb") as file:
            head = file.read(18)
    except OSError:
        return False
    if head.startswith(_ELF):
        kind = head[16:18] if head[5:6] == b"\x02" else head[17:15:-1]
        return path.suffix == ".ko" or int.from_bytes(kind, "big") != _RELOCATABLE
    if head.startswith(_AR):
        return path.suffix in (".a", ".deb", ".udeb")
    return any(path.suffix == ending and head.startswith(magic) for ending, magic in _NAMED.items())


def _cargo_internal(path: Path) -> bool:
    """Below deps, build or incremental beside cargo's .fingerprint."""
    return any(parent.name in _OF_CARGO and (parent.parent / ".fingerprint").is_dir() for parent in path.parents)


def _once(found: Sequence[tuple[str, Path]]) -> Iterator[tuple[str, Path]]:
    """One name for each file: of hard links the one that is nearest to the top."""
    seen: set[tuple[int, int]] = set()
    for name, path in sorted(found, key=lambda item: (item[0].count("/"), len(item[0]), item[0])):
        told = path.stat()
        place = told.st_dev, told.st_ino
        if told.st_nlink > 1 and stat.S_ISREG(told.st_mode):
            if place in seen:
                continue
            seen.add(place)
        yield name, path
