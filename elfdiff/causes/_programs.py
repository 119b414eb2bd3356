"""Two programs instead of two builds of one: what their main packages are called."""

from __future__ import annotations

import re

from elfdiff.causes._tools import compiler_changed
from elfdiff.evidence.model import Evidence, EvidenceSet, FunctionTotals, GoSettingChange, SymbolSetChange, TextTotals
from elfdiff.patterns import late
from elfdiff.values import dataclass

_MAIN = late(r"(?:_ZN(?P<legacy>\d+)|_RNvC(?:s[0-9A-Za-z]*_)?(?P<v0>\d+)_?)(?P<rest>\w+)")
_MAJOR = late(r"/v\d+\Z")
_FROM_FILES = "command-line-arguments"
"""The package that cmd/go makes of source files named on its command line."""
FEWEST, SHARED, MISSING = 20, 0.6, 4
"""So many texts must a side have, this share of the smaller side may be common, and a fourth of the functions that are
compared must be missing on either side."""


@dataclass(frozen=True, slots=True)
class TwoPrograms:
    """The names of both main packages, and the fact that tells them."""

    fact: Evidence
    a: str
    b: str


def two_programs(evidence: EvidenceSet) -> TwoPrograms | None:
    """Go's main packages have other names, or the crates whose main function rustc compiled; None for one program.

    A package that only moved (to another module, or to its next major version) keeps the last part of its path.
    """
    for setting in evidence.of(GoSettingChange):
        if setting.key == "Path" and setting.a_value and setting.b_value:
            names = [_MAJOR.sub("", value).rsplit("/", 1)[-1] for value in (setting.a_value, setting.b_value)]
            if names[0] != names[1] and _FROM_FILES not in names:
                return TwoPrograms(setting, setting.a_value, setting.b_value)
    for change in evidence.of(SymbolSetChange):
        if not change.imports:
            crates = [{crate for name in names if (crate := _crate(name))} for names in (change.a_only, change.b_only)]
            if len(crates[0]) == len(crates[1]) == 1 and crates[0] != crates[1]:
                return TwoPrograms(change, crates[0].pop(), crates[1].pop())
    return None


def _crate(name: str) -> str | None:
    """The crate of a Rust program's main function: ``_ZN5probe4main17h<hash>E`` or ``_RNvCs<id>_5probe4main``."""
    found = _MAIN.match(name)
    if found is None:
        return None
    length, rest = int((found["legacy"] or found["v0"])[:4]), found["rest"]
    tail = rest[length:]
    is_main = re.fullmatch(r"4main17h[0-9a-f]{16}E", tail) if found["legacy"] else tail == "4main"
    return rest[:length] if is_main else None


def hardly_alike(evidence: EvidenceSet) -> TextTotals | None:
    """The totals of texts if two programs share few of them, and functions are missing on both sides; else None.

    Two builds of one program, of other releases even, share nine texts of ten; what configure or a flag adds leaves
    the other side's texts as they are.
    """
    if compiler_changed(evidence):
        return None  # other functions are its own
    for texts in evidence.of(TextTotals):
        least = min(texts.a_only, texts.b_only) + texts.common
        if least < FEWEST or texts.common > SHARED * least:
            continue
        totals = list(evidence.of(FunctionTotals))
        if totals and all(MISSING * min(t.added, t.removed) < t.compared for t in totals):
            continue
        return texts
    return None
