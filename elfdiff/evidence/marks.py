"""What compiler options leave at every function's entry, and in the build attributes of ARM and RISC-V."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.evidence.model import AttributesChange, EntryMarks, Evidence
from elfdiff.report import Location
from elfdiff.span import Span

EM_386, EM_X86_64, EM_AARCH64 = 3, 62, 183
_MARKS = {
    EM_386: {b"\xf3\x0f\x1e\xfb": "endbr32"},
    EM_X86_64: {b"\xf3\x0f\x1e\xfa": "endbr64"},
    EM_AARCH64: {
        b"\x3f\x23\x03\xd5": "paciasp",
        b"\x7f\x23\x03\xd5": "pacibsp",
        b"\x5f\x24\x03\xd5": "bti c",
        b"\xdf\x24\x03\xd5": "bti jc",
    },
}
"""The first four bytes of a function, and what they are (Intel SDM, ENDBR64; Arm ARM, PACIASP and BTI)."""
WIDTH = 4
MAX_ATTRIBUTES = 1 << 20
_TAGS = {
    ".ARM.attributes": {
        4: "CPU_raw_name", 5: "CPU_name", 6: "CPU_arch", 7: "CPU_arch_profile", 8: "ARM_ISA_use", 9: "THUMB_ISA_use",
        10: "FP_arch", 11: "WMMX_arch", 12: "Advanced_SIMD_arch", 18: "ABI_PCS_wchar_t", 20: "ABI_FP_denormal",
        23: "ABI_FP_number_model", 26: "ABI_enum_size", 27: "ABI_HardFP_use", 28: "ABI_VFP_args",
        30: "ABI_optimization_goals", 34: "CPU_unaligned_access", 44: "DIV_use",
    },
    ".riscv.attributes": {4: "stack_align", 5: "arch", 6: "unaligned_access"},
}  # fmt: skip
"""Addenda to the ABI for the Arm architecture, build attributes; RISC-V ELF psABI, attributes."""
_TEXTS = {".ARM.attributes": frozenset({4, 5, 67}), ".riscv.attributes": frozenset({5})}
"""Tags whose value is a text; beyond 32, odd tags are texts too."""


def extract(pair: Pair) -> Iterator[Evidence]:
    """One fact a mark, then one an attribute."""
    yield from _entries(pair)
    yield from _attributes(pair)


def _entries(pair: Pair) -> Iterator[EntryMarks]:
    marks = _MARKS.get(pair.a.header.machine)
    if marks is None:
        return
    both = [(item.name, item.a_span, item.b_span) for item in pair.function_matches if item.a_span and item.b_span]
    seen: dict[str, list[tuple[str, Span, Span, bool]]] = {}
    for name, a_span, b_span in both:
        left, right = (
            marks.get(elf.data[at.start : at.start + WIDTH]) for elf, at in ((pair.a, a_span), (pair.b, b_span))
        )
        if left != right:
            for mark, ours in ((left, True), (right, False)):
                if mark is not None:
                    seen.setdefault(mark, []).append((name, a_span, b_span, ours))
    for mark, found in seen.items():
        name, a_span, b_span, _ = found[0]
        yield EntryMarks(
            section=".text",
            symbol=name or None,
            a=_place(pair.a, a_span, marks),
            b=_place(pair.b, b_span, marks),
            mark=mark,
            a_count=sum(ours for *_, ours in found),
            b_count=sum(not ours for *_, ours in found),
            total=len(both),
        )


def _place(elf: ElfFile, span: Span, marks: dict[bytes, str]) -> Location:
    head = elf.data[span.start : span.start + WIDTH]
    return Location(span.start, WIDTH, "file", marks.get(head, f"{head.hex(' ')} (no mark)"))


def _attributes(pair: Pair) -> Iterator[AttributesChange]:
    for name, tags in _TAGS.items():
        sections = pair.a.section(name), pair.b.section(name)
        if sections[0] is None or sections[1] is None:
            continue
        a, b = (
            attributes(elf.contents(s), elf.byte_order, _TEXTS[name])
            for elf, s in zip((pair.a, pair.b), sections, strict=True)
            if s
        )
        for tag in sorted(a.keys() | b.keys()):
            if a.get(tag) != b.get(tag) and tag in tags:
                yield AttributesChange(
                    section=name,
                    a=Location(sections[0].offset, 0, "file", a.get(tag) or "absent"),
                    b=Location(sections[1].offset, 0, "file", b.get(tag) or "absent"),
                    name=tags[tag],
                    a_value=a.get(tag),
                    b_value=b.get(tag),
                )


def attributes(contents: bytes, byte_order: str, texts: frozenset[int]) -> dict[int, str]:
    """Tag → value of the attributes for the whole file, of the first vendor; empty if they cannot be read."""
    order: Literal["little", "big"] = "little" if byte_order == "little" else "big"
    if not contents.startswith(b"A") or len(contents) > MAX_ATTRIBUTES:
        return {}
    end = min(1 + int.from_bytes(contents[1:5], order), len(contents))
    at = contents.find(b"\0", 5, end) + 1
    if at <= 5 or at >= end or contents[at] != 1:
        return {}
    end = min(at + int.from_bytes(contents[at + 1 : at + 5], order), end)
    at += 5
    found: dict[int, str] = {}
    while at < end:
        tag, at = _number(contents, at, end)
        if tag in texts or (tag > 32 and tag % 2):
            stop = contents.find(b"\0", at, end)
            stop = stop if stop >= 0 else end
            found[tag] = contents[at:stop].decode("ascii", "backslashreplace")
            at = stop + 1
        else:
            value, at = _number(contents, at, end)
            found[tag] = str(value)
    return found


def _number(contents: bytes, at: int, end: int) -> tuple[int, int]:
    """An unsigned LEB128 number and where it ends (DWARF 5, section 7.6)."""
    value = shift = 0
    while at < end:
        byte = contents[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
    return value, at
