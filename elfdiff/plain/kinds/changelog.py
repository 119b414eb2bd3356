"""A Debian changelog of which one side was cut to its last years, as debhelper does from 13.10 on."""

from __future__ import annotations

from elfdiff.evidence.files import WriterChange
from elfdiff.patterns import late
from elfdiff.plain.model import Edit, First, Kind, Question, Reading
from elfdiff.report import Location
from elfdiff.span import Span

_ENTRY = late(rb"[a-z0-9][a-z0-9+.-]* \([^()\s]+\) [^\n;]+; ?urgency=")
_CUT = b"# Older entries have been removed from this changelog.\n"


def recognise(name: str, data: bytes) -> bool:
    """True for a text that begins with an entry (Debian policy, 4.4)."""
    return _ENTRY.match(data) is not None


def _read(question: Question) -> Reading | None:
    a, b = question.a, question.b
    cuts = a.find(_CUT), b.find(_CUT)
    if (cuts[0] < 0) == (cuts[1] < 0):
        return None
    at = max(cuts)
    if a[:at] != b[:at]:
        return None
    words = ["older entries cut off" if cut >= 0 else "whole" for cut in cuts]
    fact = WriterChange(
        section="the oldest entries",
        a=Location(at, len(a) - at, "file", words[0]),
        b=Location(at, len(b) - at, "file", words[1]),
        format="Debian changelog",
        field_name="changelog as debhelper installs it",
        a_value=words[0],
        b_value=words[1],
    )
    edit = Edit(Span(at, len(a)), Span(at, len(b)), fact)
    return Reading("changelog", (edit,), (), First(a.count(b"\n", 0, at) + 1, None, *words))


KIND = Kind("changelog", 1, recognise, _read)
