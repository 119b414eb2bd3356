"""What changed code says: another program, or only another number in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from elfdiff.evidence.model import EvidenceSet, FunctionChange, FunctionTotals, OrderChange
from elfdiff.patterns import late

_NUMBER = late(r"-?0x[0-9a-fA-F]+|-?\b\d+\b")
_REGISTER = late(
    r"\b(?:[re]?[a-d]x|[re]?[sd]i|[re]?[sb]p|[a-d][lh]|[sd]il|[sb]pl|r\d+[dwb]?|[xyz]mm\d+|[wxvqd]\d+|[ast]\d+)\b"
)
_OBJECTS = frozenset({"file-symbols", "units", "frames", "members"})
SMALL = 255
"""Constants of programs are mostly below this, parts of addresses seldom."""
MOST = 0.6
NEARLY_ALL = 0.85
ENOUGH = 8
SEVERAL = 4
WIDE, MANY = 0.03, 6
"""An edit of so many functions, or of so large a share, hardly leaves every text, name and object as it was."""


def certain_changes(evidence: EvidenceSet) -> list[FunctionChange]:
    """Functions that differ by more than addresses, or are on one side only."""
    return [change for change in evidence.of(FunctionChange) if change.certain]


def code_changed(evidence: EvidenceSet) -> bool:
    """True if a function surely differs by more than addresses."""
    return bool(certain_changes(evidence))


def edited(evidence: EvidenceSet) -> list[FunctionChange]:
    """The changed functions that another order of the objects does not account for.

    Where objects or functions stand in another order, functions that point elsewhere and, on machines whose addresses
    are put together from several instructions, large numbers follow from it; of objects, nameless stubs that moved too.
    """
    changed = certain_changes(evidence)
    orders = {order.what for order in evidence.of(OrderChange)}
    if not orders & {*_OBJECTS, "functions"}:
        return changed
    stubs = Counter(change.status for change in changed if _is_nameless(change))
    paired = bool(orders & _OBJECTS) and stubs["added"] == stubs["removed"]
    return [
        change
        for change in changed
        if change.status != "redirected"
        and not (paired and _is_nameless(change))
        and not may_be_address(change, evidence)
    ]


def _is_nameless(change: FunctionChange) -> bool:
    return change.symbol is None and change.status in ("added", "removed")


def may_be_address(change: FunctionChange, evidence: EvidenceSet) -> bool:
    """True if a function differs by large numbers only, on a machine that puts addresses together from several
    instructions; i386 does too: it adds a constant to where it is (R_386_GOTPC)."""
    if evidence.context.machine.endswith("X86-64") or not differs_in_numbers(change):
        return False
    return all(max(map(abs, pair)) > SMALL for pair in numbers_of(change))


def differs_in_numbers(change: FunctionChange) -> bool:
    """True if the first instructions that differ are the same but for constants in them."""
    if change.status != "changed" or not change.a_lines or not change.b_lines:
        return False
    return _without_numbers(change.a_lines) == _without_numbers(change.b_lines)


def differs_in_registers(change: FunctionChange) -> bool:
    """True if the first instructions that differ are the same but for their registers, of x86, ARM or RISC-V."""
    if change.status != "changed" or not change.a_lines or not change.b_lines:
        return False
    left, right = ([_REGISTER.sub("R", line) for line in side] for side in (change.a_lines, change.b_lines))
    return left == right


def numbers_of(change: FunctionChange) -> list[tuple[int, int]]:
    """The constants that differ in the first instructions that differ, as they stand in a and in b."""
    pairs: list[tuple[int, int]] = []
    for left, right in zip(change.a_lines, change.b_lines, strict=False):
        found = zip(_NUMBER.findall(left), _NUMBER.findall(right), strict=False)
        pairs += [(int(x, 0), int(y, 0)) for x, y in found if x != y]
    return pairs


def most_changed(evidence: EvidenceSet) -> bool:
    """True if most functions of a program of some size changed: flags or a compiler do that, an edit seldom does."""
    return any(_mostly(totals, MOST) for totals in evidence.of(FunctionTotals))


def nearly_all_changed(evidence: EvidenceSet) -> bool:
    """True if hardly a function of a program of some size stayed as it was."""
    return any(_mostly(totals, NEARLY_ALL) for totals in evidence.of(FunctionTotals))


def all_changed(evidence: EvidenceSet) -> bool:
    """True if no function stayed as it was, in a program of a few at least."""
    return any(totals.changed == totals.compared >= SEVERAL for totals in evidence.of(FunctionTotals))


def widely_changed(evidence: EvidenceSet) -> bool:
    """True if so many functions changed that it may be all that an option reaches; an edit is local."""
    return len(certain_changes(evidence)) > MANY and any(
        totals.changed + min(totals.added, totals.removed) > WIDE * totals.compared
        for totals in evidence.of(FunctionTotals)
    )


def _mostly(totals: FunctionTotals, share: float) -> bool:
    """A function that changed beyond recognition counts as removed from a and added to b."""
    replaced = min(totals.added, totals.removed)
    compared = totals.compared + replaced
    return compared >= ENOUGH and totals.changed + replaced > share * compared


def _without_numbers(lines: Sequence[str]) -> list[str]:
    return [_NUMBER.sub("N", line) for line in lines]
