"""What may be said of the machine code as a whole."""

from __future__ import annotations

from elfdiff.comparison.alignment.alignment import Alignment
from elfdiff.comparison.code.functions import FunctionStatus
from elfdiff.comparison.code.machines import machine
from elfdiff.report import Code, Ledger

_DIFFERENT = (
    FunctionStatus.CHANGED,
    FunctionStatus.REDIRECTED,
    FunctionStatus.ADDED,
    FunctionStatus.REMOVED,
    FunctionStatus.UNKNOWN,
)


def code_verdict(alignment: Alignment, ledger: Ledger) -> Code | None:
    """SAME and REORDERED only when every byte of code is equal or computed; None if nothing here reads this machine.

    A relocatable file's code is read like any other; its operands are zeros that relocations fill.
    """
    sections = {
        section.name
        for image in (alignment.a, alignment.b)
        for section in image.elf.sections
        if section.is_executable and section.span is not None and section.span.length
    }
    if not sections or machine(alignment.a.elf.header) is None:
        return None
    if any(match.status in _DIFFERENT for match in alignment.matches):
        return Code.DIFFERS
    for row in ledger.rows:
        if row.name not in sections:
            continue
        known = row.classes.consequence
        if row.classes.differing != known or row.classes.contradicted.most or row.a is None or row.b is None:
            return Code.DIFFERS
    order = [(match.section, match.b_address) for match in alignment.matches if match.a_span and match.b_span]
    by_section: dict[str, int] = {}
    for section, address in order:
        if address < by_section.get(section, -1):
            return Code.REORDERED
        by_section[section] = address
    return Code.SAME
