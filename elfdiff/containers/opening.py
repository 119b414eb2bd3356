"""Two paths, or bytes of an entry → Container. What something is, its content tells, never its name alone."""

from __future__ import annotations

import os
import pkgutil
import stat
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType

from elfdiff.archive.reading import is_archive
from elfdiff.containers import formats
from elfdiff.containers.builder import Builder
from elfdiff.containers.directory import read_directory
from elfdiff.containers.limits import Budget, Limits
from elfdiff.containers.model import Container
from elfdiff.elf.reading import read_bytes, shown

ELF = b"\x7fELF"


def is_directory(path: str | os.PathLike[str]) -> bool:
    """True if the path leads to a directory; False too where nothing is there."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def format_of(data: bytes) -> ModuleType | None:
    """The module that reads these bytes; None for ELF files, static archives and everything that holds no entries."""
    if data.startswith(ELF):
        return None
    return next((module for module in _formats() if module.recognises(data)), None)


@cache
def _formats() -> tuple[ModuleType, ...]:
    """Those that know more about what they recognise (``before`` names others) come first."""
    found = {name: import_module(f"{formats.__name__}.{name}") for name in _names()}
    return tuple(sorted(found.values(), key=lambda module: (getattr(module, "RANK", 0), module.__name__)))


def _names() -> Iterator[str]:
    return (module.name for module in pkgutil.iter_modules(formats.__path__))


def open_bytes(data: bytes, path: str, limits: Limits, depth: int = 0, said: str | None = None) -> Container | None:
    """The container that the bytes are, None if they are none, or one deeper than the limits allow.

    Raises ElfdiffError for a damaged one and for one over a limit; ``said``, or else ``path``, is how its sentence
    calls the bytes.
    """
    module = format_of(data) if depth < limits.depth else None
    if module is None:
        return None
    container: Container = module.read(Builder(path, data, Budget(said or path, limits), depth))
    return container


def open_path(path: str, limits: Limits) -> Container | bytes:
    """A directory or a file as a container, or the bytes of a file that is none. Raises ElfdiffError."""
    if is_directory(path):
        return read_directory(path, Budget(shown(path), limits))
    data = read_bytes(path)
    return open_bytes(data, shown(path), limits) or data


def is_static_archive(data: bytes) -> bool:
    """True for an ar archive that is no package."""
    return is_archive(data) and format_of(data) is None
