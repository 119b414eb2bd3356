"""Hardening facts, as LIEF reads them; "unknown" where the file cannot tell."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import Segment
from elfdiff.inspection.model import HardeningFact, HardeningState

ET_REL, ET_CORE = 1, 4
EM_386, EM_X86_64, EM_AARCH64 = 3, 62, 183
MAX_SIZE = 512 << 20
"""Bytes of a file that is given to LIEF, which copies it."""
PT_GNU_STACK, PT_GNU_RELRO = 0x6474E551, 0x6474E552
PF_X = 1
_DF_BIND_NOW, _DF_1_NOW, _DF_1_PIE = 0x8, 0x1, 0x08000000
_DT_FLAGS, _DT_BIND_NOW, _DT_FLAGS_1, _DT_DEBUG = 30, 24, 0x6FFFFFFB, 21
_NT_GNU_PROPERTY = 5
_PROPERTY_X86, _PROPERTY_AARCH64 = 0xC0000002, 0xC0000000
_CANARY = ("__stack_chk_fail", "__stack_chk_guard", "__stack_smash_handler", "__stack_chk_fail_local")
# What -D_FORTIFY_SOURCE replaces most often (glibc, debug/): a call of the plain one alone proves nothing.
_FORTIFIABLE = frozenset(
    {"memcpy", "memmove", "memset", "strcpy", "strncpy", "strcat", "strncat", "sprintf", "snprintf", "vsprintf",
     "vsnprintf", "printf", "fprintf", "vprintf", "vfprintf", "read", "pread", "recv", "recvfrom", "gets", "fgets",
     "fread", "getcwd", "readlink", "realpath"}
)  # fmt: skip


def hardening(elf: ElfFile, with_runtime: bool) -> tuple[HardeningFact, ...]:
    """The protections of a program or library; empty for relocatable files and core dumps, which have none.

    ``with_runtime`` says that the program brings a language runtime (Go, Rust) of its own, whose code needs neither
    canaries nor fortified calls: their absence then says nothing.
    """
    if elf.header.type in (ET_REL, ET_CORE) or len(elf.data) > MAX_SIZE:
        return ()
    binary = _parsed(elf)
    if binary is None:
        return ()
    return tuple(_facts(elf, binary, with_runtime))


def _parsed(elf: ElfFile) -> Any:
    """LIEF's view of headers, dynamic symbols and notes; None if it cannot read them."""
    import lief

    lief.logging.disable()
    wanted = lief.ELF.ParserConfig()
    wanted.parse_relocations = False
    wanted.parse_symtab_symbols = False
    wanted.parse_symbol_versions = False
    wanted.parse_overlay = False
    wanted.parse_notes = False
    with warnings.catch_warnings():
        # LIEF warns of numbers that its enumerations lack; they are only numbers here.
        warnings.simplefilter("ignore")
        return lief.ELF.parse(elf.data, wanted)


def _facts(elf: ElfFile, binary: Any, with_runtime: bool) -> Iterator[HardeningFact]:
    dynamic = {entry.tag: entry.value for entry in reversed(elf.dynamic)}
    types = {segment.type: segment for segment in elf.segments}
    imported = {str(symbol.name) for symbol in binary.imported_symbols}
    yield _pie(elf, binary, dynamic)
    yield _stack(elf, binary, types)
    yield _relro(types, dynamic)
    yield _canary(elf, imported, with_runtime)
    yield _fortify(elf, imported, with_runtime)
    yield _flow(elf)
    run_path = next((entry.text for entry in elf.dynamic if entry.tag in (15, 29)), None)
    yield HardeningFact("RUNPATH", "no" if run_path is None else "yes", run_path or "none")


def _pie(elf: ElfFile, binary: Any, dynamic: dict[int, int]) -> HardeningFact:
    if elf.header.type_name == "EXEC":
        return HardeningFact("PIE", "no", "fixed address")
    has_interpreter = bool(binary.has_interpreter)
    if (
        dynamic.get(_DT_FLAGS_1, 0) & _DF_1_PIE
        or (has_interpreter and _DT_DEBUG in dynamic)
        or (binary.is_pie and has_interpreter)
    ):
        return HardeningFact("PIE", "yes", "position-independent program")
    return HardeningFact("PIE", "not-applicable", "shared library")


def _stack(elf: ElfFile, binary: Any, types: dict[int, Segment]) -> HardeningFact:
    segment = types.get(PT_GNU_STACK)
    if segment is None:
        # Without PT_GNU_STACK the kernel decides by machine (fs/binfmt_elf.c, EXSTACK_DEFAULT).
        detail = "no PT_GNU_STACK: the kernel's default"
        return HardeningFact("NX", "no" if elf.header.machine in (EM_386, EM_X86_64) else "unknown", detail)
    if segment.flags & PF_X:
        return HardeningFact("NX", "no", "executable stack")
    return HardeningFact("NX", "yes" if binary.has_nx else "unknown", "stack not executable")


def _relro(types: dict[int, Segment], dynamic: dict[int, int]) -> HardeningFact:
    now = _DT_BIND_NOW in dynamic or dynamic.get(_DT_FLAGS, 0) & _DF_BIND_NOW or dynamic.get(_DT_FLAGS_1, 0) & _DF_1_NOW
    if PT_GNU_RELRO not in types:
        return HardeningFact("RELRO", "no", "no PT_GNU_RELRO")
    if now or not dynamic:
        return HardeningFact("RELRO", "yes", "full" if now else "static, no lazy binding")
    return HardeningFact("RELRO", "partial", "lazy binding")


def _canary(elf: ElfFile, imported: set[str], with_runtime: bool) -> HardeningFact:
    if imported & set(_CANARY) or _defines(elf, b"\0__stack_chk_fail"):
        return HardeningFact("canary", "yes", "__stack_chk_fail")
    if with_runtime or (elf.is_stripped and not imported):
        return HardeningFact("canary", "unknown", "no import would show it")
    # A program without an array on its stack has no canary either: the compiler puts none where none is needed.
    return HardeningFact("canary", "unknown", "none seen: not built with it, or no function needs it")


def _fortify(elf: ElfFile, imported: set[str], with_runtime: bool) -> HardeningFact:
    checked = {name for name in imported if name.startswith("__") and name.endswith("_chk")}
    plain = imported & _FORTIFIABLE
    if checked:
        return HardeningFact("FORTIFY", "yes", f"{len(checked)} checked functions imported, {len(plain)} unchecked")
    if with_runtime or not imported or not plain:
        return HardeningFact("FORTIFY", "unknown", "nothing imported that could be checked")
    return HardeningFact("FORTIFY", "unknown", f"no checked function; {len(plain)} that could be")


def _flow(elf: ElfFile) -> HardeningFact:
    """CET or BTI, by the properties that the linker found in every object (x86-64 psABI, AArch64 ELF ABI)."""
    names = {EM_X86_64: "CET", EM_386: "CET", EM_AARCH64: "BTI/PAC"}
    name = names.get(elf.header.machine)
    if name is None:
        return HardeningFact("CET/BTI", "not-applicable", "the machine has neither")
    bits = _property(elf, _PROPERTY_AARCH64 if elf.header.machine == EM_AARCH64 else _PROPERTY_X86)
    words = ("BTI", "PAC") if elf.header.machine == EM_AARCH64 else ("IBT", "SHSTK")
    found = [word for bit, word in enumerate(words) if bits >> bit & 1]
    state: HardeningState = "yes" if len(found) == 2 else "partial" if found else "no"
    return HardeningFact(name, state, " and ".join(found) or "not marked")


def _property(elf: ElfFile, wanted: int) -> int:
    """The 32-bit value of a program property; 0 if the file has none. Properties are padded to the class's word."""
    word = 8 if elf.elf_class == 64 else 4
    for note in elf.notes:
        if note.owner != "GNU" or note.type != _NT_GNU_PROPERTY:
            continue
        data, at = note.description, 0
        while at + 8 <= len(data):
            kind = int.from_bytes(data[at : at + 4], elf.byte_order)
            size = int.from_bytes(data[at + 4 : at + 8], elf.byte_order)
            if kind == wanted and size == 4:
                return int.from_bytes(data[at + 8 : at + 12], elf.byte_order)
            at += 8 + (size + word - 1) // word * word
    return 0


def _defines(elf: ElfFile, name: bytes) -> bool:
    """True if the symbol table of a static program holds the name."""
    section = next((s for s in elf.sections if s.type == 2 and s.span is not None), None)
    if section is None or not 0 < section.link < len(elf.sections):
        return False
    return name in elf.contents(elf.sections[section.link])
