"""Sections that came or went, header fields, entries of .dynamic, and bytes behind the end."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.comparison.sections import SectionPair
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import DynamicEntry
from elfdiff.evidence.hashes import lone_section
from elfdiff.evidence.model import (
    CompressionChange,
    DependencyDrift,
    DynamicChange,
    Evidence,
    HeaderChange,
    LoneSectionChange,
    PathChange,
    PathPlace,
    SectionChange,
    StaleGap,
    TailChange,
)
from elfdiff.evidence.places import readable, section_name, size_field
from elfdiff.patterns import late
from elfdiff.payload.modinfo import SIGNATURE_END
from elfdiff.report import Location
from elfdiff.span import Span

_PATH_TAGS = {
    "RUNPATH": PathPlace.RUNPATH,
    "RPATH": PathPlace.RUNPATH,
    "NEEDED": PathPlace.NEEDED,
    "SONAME": PathPlace.NEEDED,
}
_VALUE_TAGS = ("FLAGS", "FLAGS_1", "BIND_NOW", "TEXTREL", "SYMBOLIC", "DEBUG")
_ALIGNED = 16
"""Section headers stand at multiples of a word, or of 16 bytes."""
_LAST_PAGE = 1 << 16
"""Bytes of zeros that may fill the page of what stands last."""
_PT_NAMED = {"GNU_STACK", "GNU_RELRO", "INTERP", "GNU_PROPERTY", "TLS"}
_SONAME = late(r"(?P<name>[^/]+)\.so\.(?P<version>[^/]+)")


def extract(pair: Pair) -> Iterator[Evidence]:
    """Facts about the frame of the two files, in file order."""
    yield from _header(pair)
    yield from _sections(pair)
    yield from _dynamic(pair)
    yield from _stale(pair)
    yield from _tail(pair)
    name = lone_section(pair.a, pair.b)
    if name is not None:
        yield LoneSectionChange(section=name, name=name)


def _header(pair: Pair) -> Iterator[HeaderChange]:
    a, b = pair.a.header, pair.b.header
    for name, left, right in (
        ("type", a.type_name, b.type_name),
        ("flags", hex(a.flags), hex(b.flags)),
        ("OS ABI", str(a.os_abi), str(b.os_abi)),
    ):
        if left != right:
            yield HeaderChange(field_name=name, a_value=left, b_value=right)
    for kind in sorted(_PT_NAMED):
        left_flags, right_flags = _segment_flags(pair.a, kind), _segment_flags(pair.b, kind)
        if left_flags != right_flags:
            yield HeaderChange(field_name=f"PT_{kind}", a_value=left_flags, b_value=right_flags)
    if bool(a.shnum) != bool(b.shnum):
        yield HeaderChange(field_name="section headers", a_value=str(a.shnum or "none"), b_value=str(b.shnum or "none"))
    a_loads, b_loads = (sum(s.type_name == "LOAD" for s in elf.segments) for elf in (pair.a, pair.b))
    if a_loads != b_loads:
        yield HeaderChange(field_name="number of PT_LOAD", a_value=str(a_loads), b_value=str(b_loads))


def _segment_flags(elf: ElfFile, kind: str) -> str:
    found = [segment for segment in elf.segments if segment.type_name == kind]
    if not found:
        return "absent"
    return "".join(letter if found[0].flags & bit else "-" for letter, bit in (("r", 4), ("w", 2), ("x", 1)))


def _sections(pair: Pair) -> Iterator[Evidence]:
    for item in pair.sections:
        a, b = item.a, item.b
        present = a or b
        if present is None:
            continue
        if a is None or b is None:
            status = "added" if a is None else "removed"
        elif a.type != b.type or (a.flags ^ b.flags) & ~0x800:
            status = "retyped"
        elif a.size != b.size:
            status = "resized"
        else:
            status = ""
        if status:
            yield SectionChange(
                section=item.name,
                a=Location(a.offset, a.size, "file", f"{a.size} bytes") if a else None,
                b=Location(b.offset, b.size, "file", f"{b.size} bytes") if b else None,
                spans=tuple(_header_spans(pair, item)) if a is None or b is None else (),
                name=item.name,
                status=status,
                a_size=a.size if a else None,
                b_size=b.size if b else None,
                allocated=present.is_allocated,
            )
        if a and b and (a.compression or b.compression) and pair.a.raw(a) != pair.b.raw(b):
            yield CompressionChange(
                section=item.name,
                a=Location(a.offset, a.size, "file", a.compression or "not compressed"),
                b=Location(b.offset, b.size, "file", b.compression or "not compressed"),
                name=item.name,
                a_method=a.compression,
                b_method=b.compression,
                same_contents=pair.a.contents(a) == pair.b.contents(b),
            )


def _header_spans(pair: Pair, item: SectionPair) -> Iterator[tuple[Span | None, Span | None]]:
    """What says that a section is there, where only one file has it: its header, its name, and how long names are."""
    for elf, section, left in ((pair.a, item.a, True), (pair.b, item.b, False)):
        if section is None:
            continue
        spans = [section.header_span]
        name = section_name(elf, section)
        if name is not None:
            spans.append(Span(name.start, name.end + 1))
        for span in spans:
            yield (span, None) if left else (None, span)
    sizes = [
        size_field(elf, elf.sections[elf.header.shstrndx]) if elf.header.shstrndx < len(elf.sections) else None
        for elf in (pair.a, pair.b)
    ]
    if all(sizes):
        yield sizes[0], sizes[1]


def _dynamic(pair: Pair) -> Iterator[Evidence]:
    for tag in ("NEEDED", "SONAME", "RUNPATH", "RPATH", "AUXILIARY", "FILTER"):
        ours = [entry for entry in pair.a.dynamic if entry.tag_name == tag and entry.text is not None]
        theirs = [entry for entry in pair.b.dynamic if entry.tag_name == tag and entry.text is not None]
        our_texts, their_texts = {entry.text for entry in ours}, {entry.text for entry in theirs}
        left_only = [entry for entry in ours if entry.text not in their_texts]
        right_only = [entry for entry in theirs if entry.text not in our_texts]
        for index in range(max(len(left_only), len(right_only))):
            a = left_only[index] if index < len(left_only) else None
            b = right_only[index] if index < len(right_only) else None
            a_place = (
                Location(a.text_span.start, a.text_span.length, "file", a.text or "") if a and a.text_span else None
            )
            b_place = (
                Location(b.text_span.start, b.text_span.length, "file", b.text or "") if b and b.text_span else None
            )
            rewrites = pair.path_rewrites(a.text, b.text) if a and b else ()
            if a and b and a.text and b.text and rewrites:
                rewrite = pair.rewrites[rewrites[0]]
                head = rewrite.a.decode("utf-8", "backslashreplace")
                yield PathChange(
                    section=".dynstr",
                    a=a_place,
                    b=b_place,
                    rewrites=rewrites,
                    a_directory=head,
                    b_directory=rewrite.b.decode("utf-8", "backslashreplace"),
                    tail=a.text.split(head, 1)[-1].lstrip("/"),
                    place=_PATH_TAGS.get(tag, PathPlace.TEXT),
                    exact=True,
                )
                continue
            releases = _releases(a.text, b.text) if tag == "NEEDED" and a and b else None
            if releases is not None:
                name, a_version, b_version = releases
                yield DependencyDrift(
                    section=".dynstr",
                    a=a_place,
                    b=b_place,
                    name=name,
                    change="changed",
                    a_version=a_version,
                    b_version=b_version,
                    source="system",
                    local=False,
                    origin="soname",
                )
                continue
            # Two libraries at one place are no pair.
            pairs = [(a, None), (None, b)] if tag == "NEEDED" and a and b else [(a, b)]
            for left, right in pairs:
                yield DynamicChange(
                    section=".dynamic",
                    a=a_place if left else None,
                    b=b_place if right else None,
                    spans=(
                        (left.span if left else None, right.span if right else None),
                        (_with_end(left), _with_end(right)),
                    ),
                    tag=f"DT_{tag}",
                    a_value=left.text if left else None,
                    b_value=right.text if right else None,
                )
    for tag in _VALUE_TAGS:
        a_value = next((hex(entry.value) for entry in pair.a.dynamic if entry.tag_name == tag), None)
        b_value = next((hex(entry.value) for entry in pair.b.dynamic if entry.tag_name == tag), None)
        if a_value != b_value and not (a_value and b_value and tag == "DEBUG"):
            yield DynamicChange(section=".dynamic", tag=f"DT_{tag}", a_value=a_value, b_value=b_value)


def _with_end(entry: DynamicEntry | None) -> Span | None:
    """The text of an entry and the NUL behind it."""
    return Span(entry.text_span.start, entry.text_span.end + 1) if entry and entry.text_span else None


def _releases(a: str | None, b: str | None) -> tuple[str, str, str] | None:
    """(library, version in a, version in b) of two sonames of one library; None for two libraries."""
    left, right = _SONAME.fullmatch(a or ""), _SONAME.fullmatch(b or "")
    if left is None or right is None or left["name"] != right["name"]:
        return None
    return left["name"], left["version"], right["version"]


def _stale(pair: Pair) -> Iterator[StaleGap]:
    gaps = []
    for elf in (pair.a, pair.b):
        end = min((s.header_span.start for s in elf.sections), default=0)
        start = max((s.span.end for s in elf.sections if s.span is not None and s.span.end <= end), default=end)
        gaps.append(Span(start, end))
    pieces = [elf.data[gap.start : gap.end].strip(b"\0") for elf, gap in ((pair.a, gaps[0]), (pair.b, gaps[1]))]
    if pieces[0] == pieces[1] or not 0 < gaps[0].length < _ALIGNED or not 0 < gaps[1].length < _ALIGNED:
        return
    names = [b"\0".join(s.name.encode() for s in elf.sections) for elf in (pair.a, pair.b)]
    if all(piece in known for piece, known in zip(pieces, names, strict=True)) and any(pieces):
        places = [Location(g.start, g.length, "file", readable(p)) for g, p in zip(gaps, pieces, strict=True)]
        yield StaleGap(section="gap before the section headers", a=places[0], b=places[1])


def _tail(pair: Pair) -> Iterator[TailChange]:
    left = pair.a.data[pair.a.tail.start : pair.a.tail.end]
    right = pair.b.data[pair.b.tail.start : pair.b.tail.end]
    if left.rstrip(b"\0") == right.rstrip(b"\0") and abs(len(left) - len(right)) <= _LAST_PAGE:
        return  # Equal, or nothing but the padding of what stands last: Go's linker fills its last page with zeros.
    either = left or right
    kind = "unknown"
    if left.endswith(SIGNATURE_END) or right.endswith(SIGNATURE_END):
        kind = "module-signature"
    elif either.startswith(b"hsqs"):
        kind = "squashfs"
    elif b"PK\x05\x06" in either[-65557:]:
        kind = "zip"
    yield TailChange(
        a=Location(pair.a.tail.start, len(left), "file", f"{len(left)} bytes") if left else None,
        b=Location(pair.b.tail.start, len(right), "file", f"{len(right)} bytes") if right else None,
        kind=kind,
    )
