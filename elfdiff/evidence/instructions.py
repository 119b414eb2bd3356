"""Which instruction sets the changed functions of x86 programs use."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from elfdiff.comparison.code.functions import FunctionStatus
from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.evidence.budget import shortest
from elfdiff.evidence.functions import rejoined
from elfdiff.evidence.model import Evidence, InstructionSetChange
from elfdiff.report import Location
from elfdiff.span import Span

MAX_BYTES = 2_000_000
"""Bytes of code decoded of one pair: about two seconds of work."""

_BITS = {62: 64, 3: 32}
_SETS = (
    "SSE3", "SSSE3", "SSE4_1", "SSE4_2", "SSE4A", "POPCNT", "AVX", "AVX2", "AVX_VNNI", "FMA", "FMA4", "F16C", "XOP",
    "BMI1", "BMI2", "LZCNT", "TBM", "MOVBE", "ADX", "AES", "VAES", "PCLMULQDQ", "VPCLMULQDQ", "SHA", "GFNI",
    "AVX512F", "AVX512CD", "AVX512DQ", "AVX512BW", "AVX512VL", "AVX512_IFMA", "AVX512_VBMI", "AVX512_VBMI2",
    "AVX512_VNNI", "AVX512_BITALG", "AVX512_VPOPCNTDQ", "AVX512_BF16", "AVX512_FP16",
)  # fmt: skip
"""What compilers use by themselves when told a CPU, and not without, on x86-64."""


def extract(pair: Pair) -> Iterator[Evidence]:
    """One fact at most: the sets that the changed functions of one side alone use."""
    bits = _BITS.get(pair.a.header.machine)
    if bits is None:
        return
    changed = [
        (item, item.a_span, item.b_span)
        for item in rejoined(pair.function_matches)
        if item.status is FunctionStatus.CHANGED and item.a_span and item.b_span
    ]
    read = [
        (item, sets(_code(pair.a, a_span), bits), sets(_code(pair.b, b_span), bits))
        for item, a_span, b_span in shortest(changed, lambda spans: spans[1].length + spans[2].length, MAX_BYTES)
    ]
    ours = frozenset[str]().union(*(left for _, left, _ in read))
    theirs = frozenset[str]().union(*(right for _, _, right in read))
    telling = [item for item, left, right in read if left - theirs or right - ours]
    if not read:
        yield from _unpaired(pair, bits)
        return
    if not telling:
        return
    first = telling[0]
    yield InstructionSetChange(
        section=first.section,
        symbol=first.name or None,
        a=_place(first.a_span, ours - theirs),
        b=_place(first.b_span, theirs - ours),
        a_only=tuple(sorted(ours - theirs)),
        b_only=tuple(sorted(theirs - ours)),
        count=len(telling),
        total=len(read),
    )


def _unpaired(pair: Pair, bits: int) -> Iterator[InstructionSetChange]:
    """Functions that only one side has, where both sides have such: what was compiled for two CPUs finds no partner."""
    removed = [item for item in pair.function_matches if item.status is FunctionStatus.REMOVED]
    added = [item for item in pair.function_matches if item.status is FunctionStatus.ADDED]
    ours = [(pair.a, item, item.a_span) for item in removed if item.a_span]
    theirs = [(pair.b, item, item.b_span) for item in added if item.b_span]
    if not ours or not theirs or sum(span.length for _, _, span in (*ours, *theirs)) > MAX_BYTES:
        return
    used = [frozenset[str]().union(*(sets(_code(elf, span), bits) for elf, _, span in side)) for side in (ours, theirs)]
    if used[0] == used[1]:
        return
    first, other = ours[0], theirs[0]
    yield InstructionSetChange(
        section=first[1].section,
        symbol=first[1].name or None,
        a=_place(first[2], used[0] - used[1]),
        b=_place(other[2], used[1] - used[0]),
        a_only=tuple(sorted(used[0] - used[1])),
        b_only=tuple(sorted(used[1] - used[0])),
        count=1,
        total=0,
    )


def _code(elf: ElfFile, span: Span) -> bytes:
    return elf.data[span.start : span.end]


def _place(span: Span | None, names: frozenset[str]) -> Location | None:
    if span is None:
        return None
    return Location(span.start, span.length, "file", ", ".join(sorted(names)) or "no other sets")


def sets(code: bytes, bits: int) -> frozenset[str]:
    """The instruction sets beyond the baseline that code uses.

    TZCNT is not counted: it is REP BSF to older CPUs, and gcc writes it for all of them.
    """
    from iced_x86 import Decoder, Mnemonic

    tzcnt = Mnemonic.TZCNT
    seen: set[int] = set()
    found: set[int] = set()
    for instruction in Decoder(bits, code):
        if instruction.code not in seen:
            seen.add(instruction.code)
            if instruction.mnemonic != tzcnt:
                found.update(instruction.cpuid_features())
    return frozenset(name for feature, name in _names().items() if feature in found)


@cache
def _names() -> dict[int, str]:
    from iced_x86 import CpuidFeature

    return {getattr(CpuidFeature, name): name for name in _SETS if hasattr(CpuidFeature, name)}
