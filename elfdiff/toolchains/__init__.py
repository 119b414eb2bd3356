"""How each toolchain is told what makes its builds reproducible: one table, from which fixes are chosen."""

from __future__ import annotations

from elfdiff.toolchains.model import Purpose, Row
from elfdiff.toolchains.paths import ROWS as _PATHS
from elfdiff.toolchains.rest import ROWS as _REST

__all__ = ["ROWS", "Purpose", "Row", "row"]

ROWS: tuple[Row, ...] = (*_PATHS, *_REST)
"""Every row, by purpose and then by toolchain."""


def row(toolchain: str, purpose: Purpose) -> Row:
    """The row of a toolchain for a purpose. KeyError if the table has none: then nothing may be advised."""
    for found in ROWS:
        if found.toolchain == toolchain and found.purpose is purpose:
            return found
    raise KeyError(f"{toolchain}: no row says how to {purpose.value}")
