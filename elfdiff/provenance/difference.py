"""How the recorded inputs of two builds differ, and whether the bytes of what they built say the same."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from elfdiff.patterns import late
from elfdiff.provenance.inputs import Group, Inputs
from elfdiff.values import dataclass

_WORD = late(r"[A-Za-z0-9._+-]+")
_SHORTEST = 5
"""Characters of a value's word that is looked for in the files: shorter ones stand there by accident."""


class Standing(StrEnum):
    """What the two files say of a recorded difference."""

    EXPLAINED = "explained"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class InputDifference:
    """One recorded value that differs; a side is None where it is not recorded there.

    ``standing`` is None where no files were given, and for values that name the outcome or the run.
    """

    group: Group
    key: str
    a: str | None
    b: str | None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class ProvenanceDifference:
    """All differences, in the order of the groups. ``hidden`` says that equal inputs gave different bytes."""

    a: Inputs
    b: Inputs
    differences: tuple[InputDifference, ...]
    hidden: bool

    @property
    def inputs(self) -> tuple[InputDifference, ...]:
        """Those that are inputs: neither the outcome nor the run's own names."""
        return tuple(item for item in self.differences if item.group not in (Group.OUTCOME, Group.RUN))

    @property
    def same_inputs(self) -> bool:
        """True if nothing differs but the outcome and the run's own names."""
        return not self.inputs


def compare_inputs(a: Inputs, b: Inputs, files: tuple[bytes, bytes] | None = None) -> ProvenanceDifference:
    """Every value that one side has and the other has not, or has otherwise.

    With the two files, an input whose words stand in the one file and not in the other, on both sides, is explained.
    """
    order = list(Group)
    keys = sorted(a.values.keys() | b.values.keys(), key=lambda item: (order.index(item[0]), item[1]))
    found = [
        InputDifference(*key, a.values.get(key), b.values.get(key))
        for key in keys
        if a.values.get(key) != b.values.get(key)
    ]
    differ = files is not None and files[0] != files[1]
    if files is not None and differ:
        found = [_joined(item, *files) for item in found]
    result = ProvenanceDifference(a, b, tuple(found), False)
    return ProvenanceDifference(a, b, tuple(found), differ and result.same_inputs)


def _joined(item: InputDifference, a_file: bytes, b_file: bytes) -> InputDifference:
    if item.group in (Group.OUTCOME, Group.RUN):
        return item
    both = item.a is not None and item.b is not None
    named = (
        both
        and _stands(_own_words(item.a, item.b), a_file, b_file)
        and _stands(_own_words(item.b, item.a), b_file, a_file)
    )
    standing = Standing.EXPLAINED if named else Standing.POSSIBLE
    return InputDifference(item.group, item.key, item.a, item.b, standing)


def _own_words(text: str | None, other: str | None) -> Sequence[str]:
    """The words of one value that the other one lacks."""
    words, others = _WORD.findall(text or ""), set(_WORD.findall(other or ""))
    return [word for word in words if word not in others and len(word) >= _SHORTEST]


def _stands(words: Sequence[str], here: bytes, there: bytes) -> bool:
    """True if a word stands in the one file and not in the other."""
    return any(word.encode() in here and word.encode() not in there for word in words)
