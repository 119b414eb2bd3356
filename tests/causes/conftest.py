"""Builders of facts, so that a test can say what was seen in one line."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from elfdiff.causes import catalogue
from elfdiff.evidence.model import (
    Context,
    DependencyDrift,
    EvidenceSet,
    FunctionChange,
    FunctionTotals,
    IntegerChange,
    NoteChange,
    OrderChange,
    PathChange,
    PathPlace,
    Stamp,
    SymbolRenamed,
    TextChange,
    TimeChange,
    ToolChange,
    WordChange,
)
from elfdiff.judging import judged
from elfdiff.report import Location


def place(value: str, offset: int = 64) -> Location:
    return Location(offset, len(value), "file", value)


def path(a, b, tail="", where=PathPlace.TEXT, exact=True, assembler=False):
    return PathChange(
        section=".rodata" if where is PathPlace.TEXT else ".debug_line_str",
        a=place(f"{a}/{tail}"),
        b=place(f"{b}/{tail}"),
        a_directory=a,
        b_directory=b,
        tail=tail,
        place=where,
        exact=exact,
        assembler=assembler,
    )


def stamp(form, date=None, clock=None, zone=None, zone_name=None):
    """``date`` is (year, month, day), ``clock`` (hour, minute, second)."""
    from datetime import date as day

    seconds = None if clock is None else clock[0] * 3600 + clock[1] * 60 + clock[2]
    total = None
    if date is not None and seconds is not None:
        total = (day(*date).toordinal() - day(1970, 1, 1).toordinal()) * 86400 + seconds
    return Stamp(form, total, zone, date, seconds, zone_name)


def time(a, b, a_text="one", b_text="two", context="", symbol=None, section=".rodata"):
    return TimeChange(
        section=section, symbol=symbol, a=place(a_text), b=place(b_text), a_time=a, b_time=b, context=context or a_text
    )


def word(kind, a, b, context=""):
    return WordChange(section=".rodata", a=place(a), b=place(b), kind=kind, a_word=a, b_word=b, context=context or a)


def text(a, b, section=".rodata", fragment=False):
    return TextChange(
        section=section,
        a=None if a is None else place(a),
        b=None if b is None else place(b),
        how="neighbours",
        fragment=fragment,
    )


def number(a, b, symbol="value", seconds=False):
    return IntegerChange(section=".data", symbol=symbol, a_value=a, b_value=b, width=8, seconds=seconds)


def tool(name, a, b, origin="comment"):
    return ToolChange(section=".comment", tool=name, a_tool=a, b_tool=b, origin=origin)


def build_id(a_length=20, b_length=None, versioned_uuid=False, kind="build-id"):
    length = a_length if b_length is None else b_length
    return NoteChange(section=".note", kind=kind, a_length=a_length, b_length=length, versioned_uuid=versioned_uuid)


def order(what, a, b, a_sorted=None, b_sorted=None):
    return OrderChange(
        what=what, a_order=tuple(a), b_order=tuple(b), count=len(a), a_sorted=a_sorted, b_sorted=b_sorted
    )


def renamed(scheme, group="", count=1, total=None, a="x", b="y"):
    return SymbolRenamed(
        scheme=scheme, group=group, a_part=a, b_part=b, count=count, total=count if total is None else total
    )


def drift(name, a, b, change="upgraded", local=False, origin="dep-v0"):
    return DependencyDrift(
        name=name, change=change, a_version=a, b_version=b, source="registry", local=local, origin=origin
    )


def function(name, a_lines=("mov eax, ebx",), b_lines=("add eax, ebx",), status="changed", certain=True):
    return FunctionChange(
        section=".text", name=name, status=status, a_lines=tuple(a_lines), b_lines=tuple(b_lines), certain=certain
    )


def totals(compared, changed=0, added=0, removed=0):
    return FunctionTotals(compared=compared, changed=changed, added=added, removed=removed)


def given(*items, **context):
    """An EvidenceSet; keywords go into its Context."""
    return EvidenceSet.of_items(items, Context(**context))


@pytest.fixture
def seen() -> SimpleNamespace:
    """All builders."""
    return SimpleNamespace(
        place=place,
        path=path,
        stamp=stamp,
        time=time,
        word=word,
        text=text,
        number=number,
        tool=tool,
        build_id=build_id,
        order=order,
        renamed=renamed,
        drift=drift,
        function=function,
        totals=totals,
        given=given,
    )


@pytest.fixture
def ask():
    """``ask(cause, evidence)`` → {face: confidence} of what stands of the cause's claims, all others heard."""

    def run(cause, evidence):
        found = {}
        for match in judged(catalogue(), evidence).matches:
            if match.cause is not cause:
                continue
            assert match.face in cause.face_ids
            assert match.because
            level = match.confidence.value
            ranks = ["certain", "likely", "possible"]
            if match.face not in found or ranks.index(level) < ranks.index(found[match.face]):
                found[match.face] = level
        return found

    return run
