"""The dependency list of a file on disk."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace

from elfdiff.containers.programs import may_be_container, opened, programs
from elfdiff.elf.reading import read_bytes, shown
from elfdiff.errors import ElfdiffError
from elfdiff.payload.dependencies import read_dependencies
from elfdiff.payload.package import DependencyList, Package, State


def read_sbom(path: str | os.PathLike[str], recover: bool = False) -> DependencyList:
    """The list that a file carries, state absent or present; of a package or directory, those of its ELF files, joined.

    Raises ElfdiffError if the file cannot be read, is no ELF, PE or Mach-O file and holds none, or holds a malformed
    list. ``recover`` takes crates from panic paths where there is no list; the result is then ``partial``.
    """
    held = read_lists(path, recover)
    if held is not None:
        return joined(os.fspath(path), held)
    found = read_dependencies(read_bytes(path), os.fspath(path), recover)
    if found.state is State.MALFORMED:
        raise ElfdiffError(f"{shown(path)}: {found.problem}")
    return found


def read_lists(path: str | os.PathLike[str], recover: bool = False) -> list[DependencyList] | None:
    """The lists of the ELF files in a package, an archive or a directory, their paths being the entries' names.

    None for a single file. Raises ElfdiffError if the container cannot be read, an entry of it is damaged, or holds a
    malformed list.
    """
    container = opened(path) if may_be_container(path) else None
    if container is None:
        return None
    found = []
    for program in programs(container):
        if program.problem is not None:
            raise ElfdiffError(f"{shown(path)}: {program.problem}")
        item = read_dependencies(program.data, program.name, recover)
        if item.state is State.MALFORMED:
            raise ElfdiffError(f"{shown(path)}: {shown(program.name)}: {item.problem}")
        found.append(item)
    return found


def joined(path: str, lists: list[DependencyList]) -> DependencyList:
    """The packages of many files as one list; ``details`` say which entry holds how many of them."""
    present = [item for item in lists if item.state is State.PRESENT]
    packages: list[Package] = []
    for item in present:
        start = len(packages)
        packages += [
            replace(package, root=False, dependencies=tuple(index + start for index in package.dependencies))
            for package in item.packages
        ]
    sources = {item.source for item in present}
    return DependencyList(
        path=path,
        size=sum(item.size for item in lists),
        sha256=hashlib.sha256("".join(item.sha256 for item in lists).encode()).hexdigest(),
        container="elf",
        state=State.PRESENT if present else State.ABSENT,
        source=present[0].source if len(sources) == 1 else None,
        partial=any(item.partial for item in present),
        warnings=tuple(f"{item.path}: {text}" for item in lists for text in item.warnings),
        packages=tuple(packages),
        details=tuple((item.path, f"{len(item.packages)} packages, {item.source}") for item in present),
    )
