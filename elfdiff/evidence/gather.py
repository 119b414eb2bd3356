"""Run every extractor over a pair."""

from __future__ import annotations

from elfdiff.compare.pair import Pair
from elfdiff.elf.file import ElfFile
from elfdiff.evidence import dependencies, functions, headers, notes, objects, order, strings, symbols, tools
from elfdiff.evidence.hashes import only_digests_differ
from elfdiff.evidence.model import Context, Evidence, EvidenceSet
from elfdiff.payload.comment import toolchain

_EXTRACTORS = (tools, dependencies, headers, notes, strings, objects, symbols, order, functions)

_LANGUAGES = {
    # DWARF 5, section 7.12, table 7.17, and the codes that LLVM and GCC share
    0x01: "c", 0x02: "c", 0x0C: "c", 0x1D: "c", 0x2C: "c", 0x04: "c++", 0x1A: "c++", 0x21: "c++", 0x2B: "c++",
    0x07: "fortran", 0x08: "fortran", 0x0E: "fortran", 0x22: "fortran", 0x23: "fortran", 0x2D: "fortran",
    0x0D: "ada", 0x2E: "ada", 0x2F: "ada", 0x03: "ada", 0x13: "d", 0x16: "go", 0x18: "haskell", 0x1B: "ocaml",
    0x1C: "rust", 0x27: "zig", 0x8001: "assembly", 0x11: "objc", 0x1E: "swift",
}  # fmt: skip


def gather(pair: Pair) -> EvidenceSet:
    """All facts about a pair, and what kind of files it is made of."""
    items: list[Evidence] = []
    for extractor in _EXTRACTORS:
        items += extractor.extract(pair)
    return EvidenceSet(tuple(items), context(pair))


def context(pair: Pair) -> Context:
    """What fixes depend on."""
    a, b = pair.a, pair.b
    return Context(
        a_tools=tuple((tool.kind, tool.version) for tool in toolchain(a)),
        b_tools=tuple((tool.kind, tool.version) for tool in toolchain(b)),
        languages=tuple(dict.fromkeys((*languages(a), *languages(b)))),
        machine=a.header.machine_name,
        stripped=a.is_stripped and b.is_stripped,
        has_debug=all(any(s.name.startswith((".debug_", ".zdebug_")) for s in elf.sections) for elf in (a, b)),
        only_hashes_differ=only_digests_differ(a, b),
        relocatable=a.header.type_name.endswith("REL"),
        kernel_module=a.section(".modinfo") is not None,
    )


def languages(elf: ElfFile) -> tuple[str, ...]:
    """Languages of the program's own units, from DWARF, else from marks that each runtime leaves."""
    found = dict.fromkeys(_LANGUAGES[unit.language] for unit in elf.debug_units if unit.language in _LANGUAGES)
    if elf.section(".go.buildinfo") or elf.section(".gopclntab"):
        found["go"] = None
    names = {symbol.name for symbol in (*elf.symbols, *elf.dynamic_symbols)}
    if any("rustc" in text for text in elf.comment) or "rust_eh_personality" in names:
        found["rust"] = None
    for mark, language in (
        ("_gfortran_set_args", "fortran"), ("__gnat_runtime_initialize", "ada"), ("_d_run_main", "d"), ("_Dmain", "d"),
        ("__gxx_personality_v0", "c++"), ("caml_main", "ocaml"), ("hs_main", "haskell"),
    ):  # fmt: skip
        if mark in names:
            found[language] = None
    if not found:
        found["c"] = None
    return tuple(found)
