"""Says why two builds of one ELF program differ, and which flag fixes it.

The whole public interface: paths in, frozen dataclasses out, :class:`elfdiff.errors.ElfdiffError` on bad input, nothing
printed.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from elfdiff.version import __version__

if TYPE_CHECKING:
    from elfdiff.inspection.model import Inspection
    from elfdiff.payload.package import DependencyList
    from elfdiff.report import Report

__all__ = ["__version__", "compare", "inspect", "read_sbom"]


def compare(a: str | os.PathLike[str], b: str | os.PathLike[str]) -> Report:
    """Explain why two files differ.

    Raises ElfdiffError when a file cannot be read, is no ELF file (and the two differ), or is malformed.
    """
    from elfdiff.diagnose import diagnose

    return diagnose(os.fspath(a), os.fspath(b))


def inspect(path: str | os.PathLike[str]) -> Inspection:
    """What one ELF file is, what was compiled into it, and what of that would differ elsewhere. Raises ElfdiffError."""
    from elfdiff.inspection.read import inspect_file

    return inspect_file(path)


def read_sbom(path: str | os.PathLike[str]) -> DependencyList:
    """The dependency list embedded in a file; its state says whether there is one. ElfdiffError if it is malformed."""
    from elfdiff.sbom import reading

    return reading.read_sbom(path)
