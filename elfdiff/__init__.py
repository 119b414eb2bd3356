"""Says why two builds of one ELF program differ, and which flag fixes it.

The whole public interface: paths in, frozen dataclasses out, :class:`elfdiff.ElfdiffError` on bad input, nothing
printed. docs/python.md shows it at work.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from elfdiff.version import __version__

if TYPE_CHECKING:
    from elfdiff.errors import ElfdiffError
    from elfdiff.inspection.model import Inspection
    from elfdiff.payload.package import DependencyList
    from elfdiff.report import Report
    from elfdiff.tree import Tree

__all__ = ["ElfdiffError", "Report", "Tree", "__version__", "compare", "inspect", "read_report", "read_sbom"]

_ELSEWHERE = {"ElfdiffError": "elfdiff.errors", "Report": "elfdiff.report", "Tree": "elfdiff.tree"}


def __getattr__(name: str) -> Any:
    """Classes are imported when they are asked for: ``elfdiff --version`` needs none."""
    if name not in _ELSEWHERE:
        raise AttributeError(f"module 'elfdiff' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_ELSEWHERE[name]), name)


def compare(
    a: str | os.PathLike[str],
    b: str | os.PathLike[str],
    *,
    allow: Collection[str] = (),
    time_limit: float | None = None,
    progress: Callable[[str], object] | None = None,
    proof: bool = False,
) -> Report | Tree:
    """Explain why two files, packages, archives or directories differ.

    Two ELF files, two static archives, and files of equal bytes give a Report, everything else a Tree.

    ``allow`` are ids of causes; if nothing else is left, ``exit`` of the report is 0. ``time_limit`` is in seconds of
    wall clock and needs the main thread; what was found until then is reported, and ``unfinished`` says so.
    ``progress`` is called with a phrase for each piece of work that begins. ``proof`` keeps what replays the one file
    into the other. Raises ElfdiffError when a file cannot be read or is malformed, when an id is unknown, and when the
    time is over before the files were read.
    """
    from elfdiff.clock import Clock, OutOfTime
    from elfdiff.errors import LimitExceeded
    from elfdiff.outcome import check_known, settled
    from elfdiff.report import Report
    from elfdiff.trees.options import TreeOptions
    from elfdiff.trees.paths import compare_paths

    allowed = {allow} if isinstance(allow, str) else set(allow)
    check_known("allow", allowed)
    try:
        found = compare_paths(os.fspath(a), os.fspath(b), TreeOptions(), proof, Clock(time_limit, progress))
        if isinstance(found, Report):
            return settled(found, allowed)
        return settled(found, allowed)
    except OutOfTime as over:
        raise LimitExceeded(str(over)) from over


def read_report(path: str | os.PathLike[str]) -> Report | Tree:
    """A report that was saved with ``-f json``. Raises ElfdiffError for any other file."""
    from elfdiff.render import saved

    return saved.read_report(os.fspath(path))


def inspect(path: str | os.PathLike[str]) -> Inspection:
    """What one ELF file is, what was compiled into it, and what of that would differ elsewhere. Raises ElfdiffError."""
    from elfdiff.inspection.read import inspect_file

    return inspect_file(path)


def read_sbom(path: str | os.PathLike[str]) -> DependencyList:
    """The dependency list embedded in a file; its state says whether there is one. ElfdiffError if it is malformed."""
    from elfdiff.sbom import reading

    return reading.read_sbom(path)
