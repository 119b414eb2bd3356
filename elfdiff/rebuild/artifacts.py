"""What a build made: found, told apart from what it only used on the way, and kept by its content."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatch
from itertools import islice
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
LAYOUT = {"oci-layout", "index.json"}
"""Files by which a directory is an image (image-spec, image-layout.md)."""
_OF_IMAGES = {*LAYOUT, "manifest.json"}
_TAR, _TAR_AT = b"ustar", 257
_MOST_MEMBERS = 1000
"""Of a tar that are looked at: writers of images put these files last or first, and a layer is one member."""

Stamp = tuple[int, int]
"""Time of the last change in nanoseconds, and size in bytes."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file that a build made, or one image in a directory. ``sha256`` names its content in the store."""

    name: str
    sha256: str


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

    def wanted(name: str, path: Path) -> bool:
        return _matches(name, globs) if globs else _of_itself(name, path)

    for name, path in _candidates(area, tree, wanted):
        if all(before.get(below) == _stamp(file) for below, file in _content(name, path)):
            stale.append(name)
        else:
            new.append((name, path))
    return Made(tuple(sorted(_once(new))), tuple(sorted(stale)))


def keep(path: Path, store: Path) -> str:
    """Copy a file, or an image's directory, into the store; the SHA-256 that names it there."""
    if path.is_dir():
        return _keep_directory(path, store)
    with path.open("rb") as file:
        name = hashlib.file_digest(file, "sha256").hexdigest()
    if not (store / name).exists():
        shutil.copyfile(path, store / name)
    return name


def place(content: Path, target: Path) -> None:
    """Let what stands in the store stand at ``target`` too, without a copy."""
    if content.is_dir():
        shutil.copytree(content, target, copy_function=os.link)
    else:
        os.link(content, target)


def unplace(target: Path) -> None:
    """Take away what :func:`place` put there."""
    if target.is_dir():
        shutil.rmtree(target)
    else:
        target.unlink()


def _keep_directory(path: Path, store: Path) -> str:
    """By the names and contents of its files; how they are timed and owned is no part of an image."""
    digest = hashlib.sha256()
    for name, file in _files(path, path):
        with file.open("rb") as content:
            digest.update(f"{len(name)} {name} {hashlib.file_digest(content, 'sha256').hexdigest()}\n".encode())
    place = store / digest.hexdigest()
    if not place.exists():
        for name, file in _files(path, path):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place / name)
    return place.name


def _candidates(area: Path, tree: Path, wanted: Callable[[str, Path], bool]) -> Iterator[tuple[str, Path]]:
    """What is wanted of the files and OCI layouts; of a layout that is, no file counts by itself."""
    images = [Path(found) for found, _, files in os.walk(area) if set(files) >= LAYOUT]
    images = [image for image in images if wanted(os.path.relpath(image, tree), image)]
    for image in images:
        yield os.path.relpath(image, tree), image
    for name, path in _files(area, tree):
        if wanted(name, path) and not any(image in path.parents for image in images):
            yield name, path


def _content(name: str, path: Path) -> Iterator[tuple[str, Path]]:
    """A file, or all files of a directory, by their names below the tree."""
    if path.is_dir():
        yield from ((f"{name}/{below}", file) for below, file in _files(path, path))
    else:
        yield name, path


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
    """ELF but objects (kernel modules are none), static archives, packages, images; not what is on the way to them."""
    parts = PurePosixPath(name).parts
    if not _ON_THE_WAY.isdisjoint(parts) or _cargo_internal(path):
        return False
    if path.is_dir():
        return True
    try:
        with path.open("rb") as file:
            head = file.read(_TAR_AT + len(_TAR))
    except OSError:
        return False
    if head.endswith(_TAR) and len(head) > _TAR_AT:
        return _is_image(path)
    if head.startswith(_ELF):
        kind = head[16:18] if head[5:6] == b"\x02" else head[17:15:-1]
        return path.suffix == ".ko" or int.from_bytes(kind, "big") != _RELOCATABLE
    if head.startswith(_AR):
        return path.suffix in (".a", ".deb", ".udeb")
    return any(path.suffix == ending and head.startswith(magic) for ending, magic in _NAMED.items())


def _is_image(path: Path) -> bool:
    """True for a tar that holds an OCI layout, or what ``docker save`` writes; other tars are often only a source."""
    try:
        with tarfile.open(path, "r:") as archive:
            names = {member.name.removeprefix("./") for member in islice(archive, _MOST_MEMBERS)}
    except (tarfile.TarError, OSError, ValueError):
        return False
    return not names.isdisjoint(_OF_IMAGES)


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
