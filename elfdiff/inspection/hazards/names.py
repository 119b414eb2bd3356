"""Symbol names that hold a random number, a hash of contents, or the layout of an incremental build."""

from __future__ import annotations

import re
from collections.abc import Iterator

from elfdiff.elf.model import Section
from elfdiff.inspection.model import Confidence
from elfdiff.inspection.sign import MAX_PLACES, Sign, sign
from elfdiff.inspection.subject import Subject
from elfdiff.patterns import late
from elfdiff.payload.rust import is_codegen_unit, is_incremental_unit

_PATTERNS: tuple[tuple[str, str, str, bytes], ...] = (
    (
        "random-seed",
        "cuda-module-id",
        "nvcc's module ID is a random number",
        rb"__nv_(?:module_id|static)\w*|__cudaRegisterLinkedBinary_[0-9a-f_]{8,}\w*|tmpxft_[0-9a-f]{8}_[0-9a-f]{8}",
    ),
    (
        "random-seed",
        "openmp-offload-inode",
        "offloaded regions are named after the source's device and inode",
        rb"__omp_offloading_[0-9a-f]+_[0-9a-f]+_\w+",
    ),
    ("random-seed", "lfortran-random-id", "lfortran put a random ID into names", rb"__lfortran_\w*_[A-Za-z0-9]{12}\b"),
    (
        "random-seed",
        "random-gcov-stamp",
        "a coverage or profile build holds a random stamp for each unit",
        rb"\0__gcov_(?:init|exit|merge_add)\0",
    ),
    (
        "hash-order",
        "randstruct-seed",
        "the layout of structures was shuffled by a seed",
        rb"\0randomized_struct_seed\0|RANDSTRUCT",
    ),
    (
        "content-hash",
        "thinlto-promoted-suffix",
        "ThinLTO put hashes of modules into names",
        rb"(?<=[A-Za-z0-9_$.])\.llvm\.\d{6,20}(?=\0)",
    ),
    (
        "name-mangling",
        "cxx-module-or-unique-internal-name",
        "a hash of the source's path is part of names",
        rb"\.__uniq\.\d{6,}",
    ),
)
_STD_CRATES = frozenset(
    {"std", "core", "alloc", "compiler_builtins", "panic_unwind", "panic_abort", "proc_macro", "test", "unwind",
     "hashbrown", "addr2line", "gimli", "object", "miniz_oxide", "adler2", "memchr", "rustc_demangle", "cfg_if",
     "libc", "rustc_std_workspace_core"}
)  # fmt: skip
_LONGEST = 512
"""Bytes of a name that are looked at and shown."""
_RELEASE_UNITS = 16
_FEW_INCREMENTAL = 3
_UNIT_NUMBER = late(r"(?P<crate>\w+)\.[0-9a-f]+-cgu\.(?P<number>\d+)")


def find(subject: Subject) -> Iterator[Sign]:
    """Faces of random-seed, content-hash, name-mangling, incremental-build and parallel-build."""
    for root, face, title, pattern in _PATTERNS:
        found = [item for section, names in subject.symbol_names for item in _matches(section, names, pattern)]
        if found and face == "thinlto-promoted-suffix":
            found = [item for item in found if not _is_of_library(item[2])]
        if found:
            places = (subject.name_place(section, start, name) for section, start, name in found[:MAX_PLACES])
            follows = face == "thinlto-promoted-suffix"
            confidence: Confidence = "hints" if follows else "shows"
            note = "the number changes with whatever else changes in its module" if follows else None
            yield sign(root, face, title, confidence, places, len(found), note)
    yield from _units(subject)
    yield from _snapshots(subject)


def _matches(section: Section, names: bytes, pattern: bytes) -> Iterator[tuple[Section, int, bytes]]:
    """Each name of the table that a pattern is found in, whole."""
    last = -1
    for match in re.finditer(pattern, names):
        least = max(match.start() - _LONGEST, 0)
        start = max(names.rfind(b"\0", least, match.start() + 1) + 1, least)
        if names[match.start() : match.start() + 1] == b"\0":
            start = match.start() + 1
        if start == last:
            continue
        last = start
        end = names.find(b"\0", start, start + _LONGEST)
        yield section, start, names[start : end if end >= 0 else start + _LONGEST]


def _is_of_library(name: bytes) -> bool:
    """True for names of Rust's own library, which is shipped compiled and so is the same everywhere."""
    text = name.decode("latin-1")
    legacy = re.match(r"_ZN(?:\d+)?(?:_\$LT\$|)?.*?(std|core|alloc|hashbrown|compiler_builtins)", text)
    return bool(legacy) or text.startswith(("anon.", "switch.table", "str."))


def _units(subject: Subject) -> Iterator[Sign]:
    names = subject.elf.file_symbols
    incremental = [symbol for symbol in names if is_incremental_unit(symbol.name)]
    if len(incremental) >= _FEW_INCREMENTAL:
        places = (subject.file_place(symbol.span, symbol.name, ".symtab") for symbol in incremental[:MAX_PLACES])
        title = "rustc compiled incrementally: units depend on what was built before"
        yield sign("incremental-build", "rust-incremental", title, "shows", places, len(incremental))
        return
    many = []
    for symbol in names:
        found = _UNIT_NUMBER.match(symbol.name) if is_codegen_unit(symbol.name) else None
        if found and found["crate"] not in _STD_CRATES and int(found["number"]) >= _RELEASE_UNITS:
            many.append(symbol)
    if many:
        places = (subject.file_place(symbol.span, symbol.name, ".symtab") for symbol in many[:MAX_PLACES])
        title = "a crate has more codegen units than a release build: their number may follow the machine"
        yield sign("parallel-build", "rust-codegen-units-or-parallel-frontend", title, "hints", places, len(many))


def _snapshots(subject: Subject) -> Iterator[Sign]:
    section = subject.elf.section(".svm_heap")
    places = (
        [subject.file_place(section.span, ".svm_heap", ".svm_heap")]
        if section is not None and section.span is not None
        else []
    )
    for table, names in subject.symbol_names:
        at = names.find(b"_kDartIsolateSnapshot")
        if at >= 0:
            places.append(subject.name_place(table, at, names[at : at + 128].split(b"\0", 1)[0]))
            break
    if places:
        title = "an image of a run-time heap is embedded: any small change moves all of it"
        yield sign("appended-data", "native-image-and-snapshots", title, "shows", places)
