"""The source languages that a file shows."""

from __future__ import annotations

from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import DebugUnit

_LANGUAGES = {
    # DWARF 5, section 7.12, table 7.17, and the codes that LLVM and GCC share
    0x01: "c", 0x02: "c", 0x0C: "c", 0x1D: "c", 0x2C: "c", 0x04: "c++", 0x1A: "c++", 0x21: "c++", 0x2B: "c++",
    0x07: "fortran", 0x08: "fortran", 0x0E: "fortran", 0x22: "fortran", 0x23: "fortran", 0x2D: "fortran",
    0x0D: "ada", 0x2E: "ada", 0x2F: "ada", 0x03: "ada", 0x13: "d", 0x16: "go", 0x18: "haskell", 0x1B: "ocaml",
    0x1C: "rust", 0x27: "zig", 0x8001: "assembly", 0x11: "objc", 0x1E: "swift",
}  # fmt: skip

_SUFFIXES = {
    ".c": "c", ".h": "c", ".cc": "c++", ".cpp": "c++", ".cxx": "c++", ".hh": "c++", ".hpp": "c++", ".hxx": "c++",
    ".rs": "rust", ".f": "fortran", ".for": "fortran", ".f90": "fortran", ".f95": "fortran", ".f03": "fortran",
    ".f08": "fortran", ".adb": "ada", ".ads": "ada", ".d": "d", ".ml": "ocaml", ".zig": "zig", ".go": "go",
}  # fmt: skip


def language_of(source: str) -> str | None:
    """The language of a source file by its name; None if the name does not tell."""
    name = source.rsplit("/", 1)[-1]
    return _SUFFIXES.get(name[name.rfind(".") :].lower()) if "." in name else None


def languages(elf: ElfFile) -> tuple[str, ...]:
    """Languages of the program's own units, from DWARF, else from marks that each runtime leaves."""
    found = dict.fromkeys(language for unit in elf.debug_units if (language := _of_unit(unit)) is not None)
    if elf.section(".go.buildinfo") or elf.section(".gopclntab"):
        found["go"] = None
    if elf.section(".fpcdata") is not None or elf.section("fpc.resources") is not None:
        found["pascal"] = None
    tables = _name_tables(elf)
    if any("rustc" in text for text in elf.comment) or _holds(tables, b"rust_eh_personality"):
        found["rust"] = None
    for mark, language in (
        (b"_gfortran_set_args", "fortran"), (b"__gnat_runtime_initialize", "ada"), (b"_d_run_main", "d"),
        (b"_Dmain", "d"), (b"__gxx_personality_v0", "c++"), (b"caml_main", "ocaml"), (b"hs_main", "haskell"),
        (b"NimMain", "nim"), (b"nimFrame", "nim"), (b"__crystal_main", "crystal"),
    ):  # fmt: skip
        if _holds(tables, mark):
            found[language] = None
    if elf.section(".guile.procprops") is not None:
        found["guile"] = None
    if _mentions(elf, tables, b".nim.c\0", b"/lib/system/gc.nim\0"):
        found["nim"] = None
    if _mentions(elf, tables, b".vala.c\0"):
        found["vala"] = None
    if not found and _mentions(elf, tables, b"aborting due to recursive panic", b"ZIG_PROGRESS"):
        found["zig"] = None
    if not found:
        found["c"] = None
    return tuple(found)


def _of_unit(unit: DebugUnit) -> str | None:
    """Zig calls its units C, and Crystal C++, as debuggers know no code of theirs; the producer says what they are."""
    for head, language in (("zig ", "zig"), ("Crystal", "crystal"), ("Guile ", "guile")):
        if (unit.producer or "").startswith(head):
            return language
    return _LANGUAGES.get(unit.language) if unit.language is not None else None


def _name_tables(elf: ElfFile) -> list[bytes]:
    """The string tables of symbols: symbols themselves are too many to make objects of."""
    links = {section.link for section in elf.sections if section.type in (2, 11) and section.link < len(elf.sections)}
    return [elf.contents(elf.sections[index]) for index in sorted(links)]


def _mentions(elf: ElfFile, tables: list[bytes], *marks: bytes) -> bool:
    """True if a symbol's name or a text holds a mark: C files that a front end wrote, texts of a run-time library."""
    texts = elf.section(".rodata")
    places = [*tables, elf.contents(texts)] if texts is not None else tables
    return any(mark in place for mark in marks for place in places)


def _holds(tables: list[bytes], name: bytes) -> bool:
    """True if a symbol bears the name, or one that ends in it behind a dot: linkers merge tails (DW.ref.NAME)."""
    return any(mark + name + b"\0" in table for table in tables for mark in (b"\0", b"."))
