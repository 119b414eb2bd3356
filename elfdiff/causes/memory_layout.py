"""Addresses in the memory of a build tool decided something.

## What it looks like

A printed pointer, of the stack or heap of a tool that ran in the build:

    a  <Parser object at 0x7f3a5c1d2e90>
    b  <Parser object at 0x7f91b8406e90>

or a table, functions or small parts of the code in another order. `gcc-12 -O2 -g -gsplit-dwarf` differs from itself
in one directory: about half of the 8-byte DW_AT_dwo_id depend on where the compiler's memory lay, and no seed helps.

## Why it happens

The kernel places stack, heap and libraries at random (ASLR). A tool that sorts by pointer, or hashes pointers, works
in another order in every run; one that prints an object without a name prints its address.

## How to be sure

A printed user-space address on both sides is proof. Orders are not: they look like hash-order, and small differences
of code look like anything. IDs of split units alone are likely this; the .dwo files would tell, for they may hold a
change that the program does not show. Where a directory changed as well, which goes into each, only a build with
that directory mapped shows what is left. Build twice under `setarch "$(uname -m)" -R`: if the two are equal then, and
not without, it was this.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Do
from elfdiff.causes._facts import became, inputs_differ, values
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import (
    Evidence,
    EvidenceSet,
    FunctionChange,
    LoneSectionChange,
    PathChange,
    SplitUnitIdChange,
    TextChange,
    WordChange,
)
from elfdiff.patterns import late
from elfdiff.report import Effect, Fix, Role

_POINTER = late(r"\b0x(?:7f|5[56])[0-9a-f]{10}\b")

_MANY = 4
"""Units of which chance leaves one alone: about half of the IDs differ between two runs of gcc."""


@cause(
    title="addresses in a build tool's memory decided something",
    role=Role.ROOT,
    faces={"aslr-pointer-order": "the addresses of a build tool's memory show, or decided an order"},
    fixes=(
        Fix(
            "any",
            Do('run both builds under setarch "$(uname -m)" -R'),
            Effect.REMOVES,
            note="turns address randomisation off for the build; sorting by a stable key in the tool "
            "is the lasting fix",
        ),
    ),
    references=(
        "theunreproduciblepackage: aslr",
        "rust-lang/rust#126976; intel/intel-graphics-compiler#359; bitcoin/bitcoin PR 27897",
        "setarch(8), --addr-no-randomize",
    ),
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    found: list[Evidence] = []
    shown = ""
    for word in evidence.of(WordChange):
        if _POINTER.search(word.a_word) and _POINTER.search(word.b_word):
            found.append(word)
            shown = shown or became(word.a_word, word.b_word)
    for text in evidence.of(TextChange):
        left, right = values(text)
        if left != right and _POINTER.search(left) and _POINTER.sub("", left) == _POINTER.sub("", right):
            found.append(text)
            shown = shown or became(left, right)
    if found:
        yield Claim("aslr-pointer-order", tuple(found), Proof.RECORDED, shown)
    lone = [change for change in evidence.of(LoneSectionChange) if change.name == ".ctf"]
    if lone and not evidence.has(TextChange) and not evidence.has(PathChange):
        yield Claim(
            "aslr-pointer-order",
            tuple(lone),
            Proof.SHAPE,
            "only .ctf differs, and every text in it is equal: gcc writes its types in the order of a hash table",
        )
    gcc = evidence.context.has_tool("gcc") and not evidence.context.has_tool("clang")
    for split in evidence.of(SplitUnitIdChange):
        if gcc and not split.alone and _is_of_paths(evidence):
            yield Claim(
                "aslr-pointer-order",
                (split,),
                Proof.CONSISTENT,
                f"{split.count} of {split.total} DW_AT_dwo_id differ, in which the directory is hashed",
                "gcc with -O2 -g -gsplit-dwarf draws about half of them from its own addresses too: then they still "
                "differ when the directory is mapped",
            )
        elif split.alone and gcc:
            yield Claim(
                "aslr-pointer-order",
                (split,),
                Proof.CONSISTENT if split.count == split.total >= _MANY else Proof.SHAPE,
                f"{split.count} of {split.total} DW_AT_dwo_id differ, and nothing that they belong to",
                "gcc with -O2 -g -gsplit-dwarf draws about half of them from its own addresses; another name of a "
                "local variable looks the same here, but not in the .dwo files",
            )


def _is_of_paths(evidence: EvidenceSet) -> bool:
    """True if directories changed, and nothing that was compiled."""
    return evidence.has(PathChange) and not inputs_differ(evidence) and not evidence.has(FunctionChange)
