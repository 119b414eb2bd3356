"""The ELF files in whatever a path leads to: for what is asked of one file, and of a package file by file."""

from __future__ import annotations

import os
from collections.abc import Iterator

from elfdiff.archive.model import MemberKind
from elfdiff.archive.reading import parse_archive
from elfdiff.containers.builder import Builder
from elfdiff.containers.limits import Budget, Limits
from elfdiff.containers.model import Container, EntryKind
from elfdiff.containers.opening import ELF, is_directory, is_static_archive, open_bytes, open_path
from elfdiff.elf.reading import shown
from elfdiff.errors import ElfdiffError, MalformedArchive
from elfdiff.values import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    """An ELF file in a container; ``problem`` says why an entry could not be read, and ``data`` is empty then."""

    name: str
    data: bytes
    problem: str | None = None


def opened(path: str | os.PathLike[str], limits: Limits | None = None) -> Container | None:
    """The container that a path leads to, a static archive among them; None for a single file. Raises ElfdiffError."""
    name = os.fspath(path)
    limits = limits or Limits()
    found = open_path(name, limits)
    if isinstance(found, Container):
        return found
    return _static_archive(found, shown(name), limits) if is_static_archive(found) else None


def _static_archive(data: bytes, path: str, limits: Limits) -> Container:
    """Its members as entries; everything between them is a gap."""
    archive = parse_archive(data, path)
    if archive.thin:
        raise MalformedArchive(f"{path}: is a thin archive: its members are files beside it, which can be read instead")
    made = Builder(path, data, Budget(path, limits))
    for member in archive.entries:
        if member.kind is MemberKind.FILE:
            made.entry(member.name, EntryKind.FILE, 0, member.data)
    return made.finish("ar")


def may_be_container(path: str | os.PathLike[str]) -> bool:
    """False for what begins as an ELF file does, and for what cannot be read: to say so is left to who reads it."""
    if is_directory(path):
        return True
    try:
        with open(path, "rb") as file:
            return not file.read(4).startswith(ELF)
    except (OSError, ValueError):
        return False


def programs(container: Container, limits: Limits | None = None, depth: int = 0) -> Iterator[Program]:
    """Every ELF file, in the container's order; those in containers within behind the name of these."""
    limits = limits or Limits()
    for entry in container.entries:
        if entry.kind is not EntryKind.FILE:
            continue
        try:
            data = entry.read()
            inner = open_bytes(data, entry.path, limits, depth + 1)
        except ElfdiffError as error:
            yield Program(entry.path, b"", str(error))
            continue
        if data.startswith(ELF):
            yield Program(entry.path, data)
        elif inner is not None:
            for item in programs(inner, limits, depth + 1):
                name = entry.path if inner.wraps else f"{entry.path}: {item.name}"
                yield Program(name, item.data, item.problem)
