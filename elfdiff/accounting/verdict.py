"""What may be said of the machine code as a whole."""

from __future__ import annotations

from elfdiff.comparison.alignment.alignment import Alignment
from elfdiff.comparison.code.functions import FunctionStatus
from elfdiff.comparison.code.machines import machine
from elfdiff.report import Code, Ledger, SectionRow

BYTECODE = ".gnu.lto_"
"""How sections are called that hold GCC's streams of declarations and functions (gcc/lto-section-in.cc)."""
_DIFFERENT = (
    FunctionStatus.CHANGED,
    FunctionStatus.REDIRECTED,
    FunctionStatus.ADDED,
    FunctionStatus.REMOVED,
    FunctionStatus.UNKNOWN,
)


def code_verdict(alignment: Alignment, ledger: Ledger) -> Code | None:
    """SAME and REORDERED only when every byte of code is equal or computed; None if nothing here reads this machine.

    A relocatable file's code is read like any other; its operands are zeros that relocations fill. So code of any
    machine is the same there if its bytes are.
    """
    rows = _code_rows(alignment, ledger)
    if not rows:
        return None
    if machine(alignment.a.elf.header) is None:
        return Code.SAME if alignment.a.relocatable and all(_follows(row) for row in rows) else None
    if any(match.status in _DIFFERENT for match in alignment.matches) or not all(_follows(row) for row in rows):
        return Code.DIFFERS
    order = [(match.section, match.b_address) for match in alignment.matches if match.a_span and match.b_span]
    by_section: dict[str, int] = {}
    for section, address in order:
        if address < by_section.get(section, -1):
            return Code.REORDERED
        by_section[section] = address
    return Code.SAME


def unread(alignment: Alignment, ledger: Ledger) -> tuple[str, ...]:
    """A sentence for each kind of contents that nothing here reads, and of which bytes are left over."""
    header = alignment.a.elf.header
    out: list[str] = []
    left = sum(row.classes.unexplained.most for row in _code_rows(alignment, ledger))
    if left and machine(header) is None:
        words = f"machine code of {header.machine_name} is not read"
        out.append(f"{words}: addresses in it stay unexplained, {left} bytes of code among them")
    left = sum(row.classes.unexplained.most for row in ledger.rows if row.name.startswith(BYTECODE))
    if left:
        out.append(f"GCC's bytecode of link-time optimisation is not read: {left} bytes of it stay unexplained")
    return tuple(out)


def _code_rows(alignment: Alignment, ledger: Ledger) -> list[SectionRow]:
    """The rows of executable sections."""
    names = {
        section.name
        for image in (alignment.a, alignment.b)
        for section in image.elf.sections
        if section.is_executable and section.span is not None and section.span.length
    }
    return [row for row in ledger.rows if row.name in names]


def _follows(row: SectionRow) -> bool:
    """Every byte is equal or computed."""
    both = row.a is not None and row.b is not None
    return both and row.classes.differing == row.classes.consequence and not row.classes.contradicted.most
