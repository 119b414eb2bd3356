"""The tools that wrote a file, from every place where they sign."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from elfdiff.elf.file import ElfFile
from elfdiff.patterns import late
from elfdiff.payload.producer import identify, parse_producer, release
from elfdiff.values import dataclass

Origin = Literal["comment", "producer", "note", "build-info", "path"]

NT_GNU_GOLD_VERSION = 4
MAX_SIGNATURES = 1000
"""Different strings of .comment that are read; a program linked from many libraries has a dozen."""
_RUSTC_COMMIT = late(rb"/rustc/([0-9a-f]{40})/")
# Since Go 1.18 the version stands inline at byte 32, behind its length (Go's debug/buildinfo, readRawBuildInfo).
_GO_MAGIC = b"\xff Go buildinf:"
_GO_VERSION = late(rb"go\d+\.\d+[\w.+-]{0,40}")


@dataclass(frozen=True, slots=True)
class Tool:
    """A compiler, assembler or linker and where it signed.

    ``kind`` is gcc, clang, rustc, lld, mold, gold, go, zig, ghc, gnat, gfortran, gdc, gas, nasm, …, or "other";
    ``version`` is empty if none is named; ``text`` is the signature without flags. GNU ld signs nowhere.
    """

    kind: str
    version: str
    text: str
    origin: Origin

    @property
    def release(self) -> tuple[int, ...]:
        """The version as numbers to compare, e.g. (12, 2, 0)."""
        return release(self.version)


def toolchain(elf: ElfFile) -> tuple[Tool, ...]:
    """The tools in a fixed order: .comment, DW_AT_producer, notes, Go build info, Rust's path prefix.

    A later place adds a tool only if no earlier one named the same kind and version.
    """
    found: dict[tuple[str, str, str], Tool] = {}
    for tool in _signatures(elf):
        found.setdefault((tool.kind, tool.version, tool.text), tool)
    kept: list[Tool] = []
    known: dict[tuple[str, str], Origin] = {}
    for tool in found.values():
        if known.setdefault((tool.kind, tool.version), tool.origin) == tool.origin:
            kept.append(tool)
    # The path names the same compiler in another way, so it counts only if rustc signed nowhere else.
    if any(tool.kind == "rustc" and tool.origin != "path" for tool in kept):
        kept = [tool for tool in kept if tool.origin != "path"]
    return tuple(kept)


def _signatures(elf: ElfFile) -> Iterator[Tool]:
    for text in tuple(dict.fromkeys(elf.comment))[:MAX_SIGNATURES]:
        yield Tool(*identify(text), text, "comment")
    for producer in dict.fromkeys(unit.producer for unit in elf.debug_units if unit.producer):
        parsed = parse_producer(producer)
        yield Tool(parsed.kind, parsed.version, parsed.tool, "producer")
    for note in elf.notes:
        # BOLT signs in the same form, but it works on finished files.
        if note.owner == "GNU" and note.type == NT_GNU_GOLD_VERSION and note.section != ".note.bolt_info":
            text = note.description.split(b"\0", 1)[0].decode("utf-8", "backslashreplace")
            yield Tool(*identify(text), text, "note")
    go = go_version(elf)
    if go is not None:
        yield Tool("go", go.removeprefix("go"), go, "build-info")
    commit = rustc_commit(elf)
    if commit is not None:
        yield Tool("rustc", commit, f"/rustc/{commit}", "path")


def go_version(elf: ElfFile) -> str | None:
    """The version that .go.buildinfo begins with, e.g. "go1.27.3"; None without one, and before Go 1.18."""
    section = elf.section(".go.buildinfo")
    if section is None:
        return None
    content = elf.raw(section)
    if not content.startswith(_GO_MAGIC) or len(content) < 34 or not content[15] & 2:
        return None
    found = _GO_VERSION.match(content, 33)
    return found.group().decode("ascii") if found else None


def rustc_commit(elf: ElfFile) -> str | None:
    """The compiler's commit as the standard library's source paths name it (/rustc/<40 hex>/), from allocated data."""
    for section in elf.sections:
        if section.is_allocated and section.span is not None and not section.is_executable:
            found = _RUSTC_COMMIT.search(elf.data, section.span.start, section.span.end)
            if found:
                return found.group(1).decode("ascii")
    return None
