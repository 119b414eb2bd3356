"""The dependency list of a file on disk."""

from __future__ import annotations

import os

from elfdiff.elf.reading import read_bytes, shown
from elfdiff.errors import ElfdiffError
from elfdiff.payload.dependencies import read_dependencies
from elfdiff.payload.package import DependencyList, State


def read_sbom(path: str | os.PathLike[str], recover: bool = False) -> DependencyList:
    """The list that a file carries, state absent or present.

    Raises ElfdiffError if the file cannot be read, is no ELF, PE or Mach-O file, or holds a malformed list. ``recover``
    takes crates from panic paths where there is no list; the result is then ``partial``.
    """
    found = read_dependencies(read_bytes(path), os.fspath(path), recover)
    if found.state is State.MALFORMED:
        raise ElfdiffError(f"{shown(path)}: {found.problem}")
    return found
