"""A report or a tree that was saved as JSON, read back. The file is not trusted."""

from __future__ import annotations

import json
from typing import NoReturn

from elfdiff.elf.reading import read_bytes
from elfdiff.errors import ElfdiffError
from elfdiff.jsonvalues import fault
from elfdiff.report import Report
from elfdiff.tree import Tree
from elfdiff.wire.records import OneOf, record
from elfdiff.wire.shapes import Json, Mismatch


class MalformedReport(ElfdiffError):
    """The file is no report of elfdiff, or one of another schema."""


def read_report(path: str) -> Report | Tree:
    """The saved report. Raises MalformedReport, or UnreadableFile and LimitExceeded as for any input."""
    text = read_bytes(path)
    try:
        value: Json = json.loads(text, parse_constant=_no_constant, parse_float=_no_fraction)
    except (ValueError, RecursionError) as error:
        raise MalformedReport(f"{path}: is no JSON that elfdiff wrote: {fault(error)}") from error
    if isinstance(value, dict) and value.get("schema") == "elfdiff/report/1":
        raise MalformedReport(
            f"{path}: is elfdiff/report/1, which lacks what other formats show; write it with -f json"
        )
    try:
        found: Report | Tree = OneOf([record(Report), record(Tree)]).read(value)
    except Mismatch as mismatch:
        raise MalformedReport(f"{path}: {mismatch.sentence}") from mismatch
    except RecursionError as error:
        raise MalformedReport(f"{path}: its trees are nested too deep") from error
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _no_fraction(text: str) -> NoReturn:
    raise ValueError("it holds a fraction")
