"""Which tools wrote the files, and with which recorded flags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from elfdiff.comparison.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import DebugUnit
from elfdiff.evidence.model import Evidence, FlagChange, ToolChange
from elfdiff.payload.comment import Tool, toolchain
from elfdiff.payload.producer import parse_producer
from elfdiff.report import Location

MAX_FLAG_CHANGES = 50


def extract(pair: Pair) -> Iterator[Evidence]:
    """Tools that only one side names, then flags of units that are otherwise partners."""
    yield from _tools(pair)
    yield from _flags(pair)


def _tools(pair: Pair) -> Iterator[ToolChange]:
    left, right = toolchain(pair.a), toolchain(pair.b)
    a_only = [tool for tool in left if not any(_is_same(tool, other) for other in right)]
    b_only = [tool for tool in right if not any(_is_same(tool, other) for other in left)]
    for kind in dict.fromkeys(tool.kind for tool in (*a_only, *b_only)):
        a_tools = [tool for tool in a_only if tool.kind == kind]
        b_tools = [tool for tool in b_only if tool.kind == kind]
        for index in range(max(len(a_tools), len(b_tools))):
            a = a_tools[index] if index < len(a_tools) else None
            b = b_tools[index] if index < len(b_tools) else None
            one = a or b
            yield ToolChange(
                section=_SECTIONS.get(one.origin) if one else None,
                a=_place(pair.a, a),
                b=_place(pair.b, b),
                rewrites=pair.text_rewrites(a.text if a else None, b.text if b else None),
                tool=kind,
                a_tool=a.text if a else None,
                b_tool=b.text if b else None,
                origin=one.origin if one else "comment",
            )


def _is_same(tool: Tool, other: Tool) -> bool:
    """One tool, or one release of it that signs in another place of the other file, where it writes itself
    otherwise."""
    if tool == other:
        return True
    return (
        tool.origin != other.origin and bool(tool.version) and (tool.kind, tool.version) == (other.kind, other.version)
    )


_SECTIONS = {
    "comment": ".comment",
    "producer": ".debug_str",
    "build-info": ".go.buildinfo",
    "note": ".note.gnu.gold-version",
}


def _place(elf: ElfFile, tool: Tool | None) -> Location | None:
    if tool is None:
        return None
    text = tool.text.encode("utf-8", "surrogateescape")
    for name in (_SECTIONS.get(tool.origin, ""), ".rodata"):
        section = elf.section(name)
        if section is None or section.span is None:
            continue
        at = elf.contents(section).find(text)
        if at >= 0:
            inside = section.compression is not None
            return Location(
                at if inside else section.span.start + at,
                len(text),
                f"{name} inflated" if inside else "file",
                tool.text,
            )
    return Location(0, 0, "file", tool.text)


def _flags(pair: Pair) -> Iterator[FlagChange]:
    """Flags of matched units; a flag that names a path which a rewrite explains counts as equal."""
    seen: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
    for item in pair.units:
        if item.a is None or item.b is None or not item.a.producer or not item.b.producer:
            continue
        if item.a.producer == item.b.producer:
            continue
        left, right = parse_producer(item.a.producer), parse_producer(item.b.producer)
        a_only, b_only = _only(pair, left.flags, right.flags)
        if (not a_only and not b_only) or (a_only, b_only) in seen or len(seen) >= MAX_FLAG_CHANGES:
            continue
        seen.add((a_only, b_only))
        yield FlagChange(
            section=".debug_info",
            a=_unit_place(pair.a, item.a, " ".join(a_only)),
            b=_unit_place(pair.b, item.b, " ".join(b_only)),
            rewrites=pair.text_rewrites(item.a.producer, item.b.producer),
            unit=item.a.name or "",
            a_flags=a_only,
            b_flags=b_only,
            origin="producer",
        )
    name = ".GCC.command.line"
    a_section, b_section = pair.a.section(name), pair.b.section(name)
    if a_section and b_section:
        a_lines, b_lines = _lines(pair.a.contents(a_section)), _lines(pair.b.contents(b_section))
        a_only, b_only = _only(pair, a_lines, b_lines)
        if a_only or b_only:
            yield FlagChange(section=name, unit="", a_flags=a_only, b_flags=b_only, origin=name)


def _unit_place(elf: ElfFile, unit: DebugUnit, value: str) -> Location:
    section = elf.section(".debug_info")
    if section is None or section.span is None or section.compression is not None:
        return Location(unit.offset, 0, ".debug_info inflated", value)
    return Location(section.span.start + unit.offset, 0, "file", value)


def _lines(contents: bytes) -> tuple[str, ...]:
    """The words of every command line in .GCC.command.line; GCC writes a line an option, or a line a unit."""
    lines = (text.decode("utf-8", "backslashreplace") for text in contents.split(b"\0"))
    return tuple(word for line in lines for word in line.split())


def _only(pair: Pair, left: Sequence[str], right: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    spare = Counter(right)
    order = {flag: at for at, flag in enumerate(spare)}
    a_only: list[str] = []
    for flag in left:
        if spare[flag] > 0:
            spare[flag] -= 1
            continue
        match = min((other for other in pair.rewritten(flag) if spare[other] > 0), key=order.__getitem__, default=None)
        if match is not None:
            spare[match] -= 1
        else:
            a_only.append(flag)
    b_only: list[str] = []
    for flag in right:
        if spare[flag] > 0:
            spare[flag] -= 1
            b_only.append(flag)
    return tuple(a_only), tuple(b_only)
