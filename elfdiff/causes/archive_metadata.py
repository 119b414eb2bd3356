"""An archive or a compressed stream says of itself how, from what and by whom it was written.

## What it looks like

Each member of an ar archive begins with 60 bytes of text. With GNU ar's mode U, and with its default D:

    table.o/        1772366400  1000  1000  100664  5288      `      U
    table.o/        0           0     0     644     5288      `      D

The members themselves are equal, and a program linked from the archive is not affected.

A gzip header holds the level (byte 8), the system (byte 9) and the name of the file that was compressed; zip entries
hold the system that made them and extra fields; tar has several formats (V7, ustar, GNU, PAX).

## Why it happens

ar copies the file's modification time, user, group and mode, unless it was configured or told to be deterministic.
Debian's is; many others are not, and `u` in `cru` (libtool's old default) asks for the times. Names of members carry
temporary parts (`_x004.o`, `ccQz3mPd.o`) or, in thin archives, whole paths.

## How to be sure

The fields are at fixed places, and the bytes behind them are equal: that is proof. If a member's contents differ,
that member is compared like a file, and its cause comes first. Another format (GNU, BSD, thin), or an index on one
side only, shows in the first bytes of the archive and of its members. `lib.rmeta` of a Rust library follows from its
sources, flags and compiler; it is no cause of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Do
from elfdiff.causes._entries import changes_of, told, writer, written_otherwise
from elfdiff.causes._facts import besides
from elfdiff.causes._images import (
    COMPRESSED,
    COMPRESSION_FIX,
    FORM,
    PACKED,
    PACKING_FIX,
    image_forms,
    image_packing,
    split_layers,
)
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.entries import EntryFieldChange
from elfdiff.evidence.files import BytecodeChange
from elfdiff.evidence.model import (
    ArchiveFieldChange,
    Context,
    Evidence,
    EvidenceSet,
    FunctionTotals,
    LoneSectionChange,
    SectionChange,
    SymbolRenamed,
)
from elfdiff.patterns import late
from elfdiff.report import Effect, Fix, Role

FIELDS, NAMES, METADATA = "ar-timestamps-uid-gid-mode", "archive-member-names", "rlib-metadata"
FORMAT = "archive-format"
WRITER, GZIP_NAME, REFERENCES = "container-written-otherwise", "gzip-name", "bytecode-references"
PAX_NAME = "pax-header-process"
_PROCESS = late(r"(?<=PaxHeaders\.)\d+(?=/)")
_WRITTEN = ("compression", "end", "format", "flags", "system", "level", "extra", "comment")
_VARIABLE = late(r"(?<=cc)[A-Za-z0-9]{6}(?=\.o)|[0-9a-f]{16}|_x\d+(?=\.o)|(?<=\.)[a-z0-9]{20,25}(?=[.-])")

_DETERMINISTIC = Fix(
    "binutils",
    Do("call ar with D and without u, and ranlib with -D: ARFLAGS=Dcrs for make, AR_FLAGS=Dcr for libtool"),
    Effect.REMOVES,
    (FIELDS,),
    since="binutils 2.20",
    note="a makefile that sets ARFLAGS itself does not read it from the environment; objcopy -D "
    "cleans a finished archive",
)
_MASKING = Fix(
    "binutils",
    Do("run strip -D --strip-unneeded, or objcopy -D, on both finished archives"),
    Effect.REMOVES,
    (FIELDS,),
)
_ONE_AR = Fix(
    "any",
    Do(
        "write both archives with one ar and the same modifiers (ar rcsD; T makes a thin archive, S leaves out the "
        "index, llvm-ar --format=bsd writes BSD's)"
    ),
    Effect.REMOVES,
    (FORMAT,),
)
_NAMES = Fix(
    "any",
    Do("give objects fixed names (compile and archive in two steps), and do not ship thin archives"),
    Effect.REMOVES,
    (NAMES,),
)
_RLIB = Fix("rustc", Do("fix what made the library's sources, flags or compiler differ"), Effect.REMOVES, (METADATA,))
_ONE_WRITER = Fix(
    "any",
    Do("write both with one program, in one version, with the same options (codec, level, format, threads)"),
    Effect.REMOVES,
    (WRITER, FORM),
    note="zip -X leaves extra fields out; tar --format=gnu and --format=posix differ",
)
_GZIP = Fix("gzip", Do("compress with -n, which leaves time and name out", "gzip -n"), Effect.REMOVES, (GZIP_NAME,))
_PAX = Fix(
    "GNU tar",
    Do("name the headers without the number of tar's process: tar --pax-option=exthdr.name=%d/PaxHeaders/%f"),
    Effect.REMOVES,
    (PAX_NAME,),
    note="POSIXLY_CORRECT and older releases put it there; --format=gnu writes no such headers",
)
_BYTECODE = Fix(
    "python",
    Do("compile all bytecode anew in both builds, by one command", "python -m compileall -f -j1 ."),
    Effect.REMOVES,
    (REFERENCES,),
    note="marshal marks what was referred to in the process that wrote it; marshalparser --fix takes unused marks out",
)
_ALL = (
    _GZIP,
    _PAX,
    _BYTECODE,
    PACKING_FIX,
    COMPRESSION_FIX,
    _ONE_WRITER,
    _ONE_AR,
    _DETERMINISTIC,
    _MASKING,
    _NAMES,
    _RLIB,
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The fixes that reach a face of this pair."""
    return tuple(fix for fix in _ALL if set(fix.reaches) & set(faces))


@cause(
    title="an archive or stream carries how it was written",
    role=Role.ROOT,
    unread=True,
    faces={
        FORMAT: "the archives are written in other formats, or one has no symbol index",
        FIELDS: "member headers hold times, owners or modes",
        NAMES: "member names have a part that varies",
        METADATA: "the metadata member of a Rust library differs",
        FORM: "an image was written by another builder or tool (media types, history)",
        COMPRESSED: "a layer of an image is compressed otherwise; what it holds may be the same",
        PACKED: "an image is kept in another form (OCI layout, archive of docker save)",
        WRITER: "an archive or stream was written by another program or with other options",
        REFERENCES: "Python bytecode of one meaning marks other values as referred to",
        PAX_NAME: "names of PAX headers in a tar hold the number of a process",
        GZIP_NAME: "a gzip header holds the name of what was compressed",
    },
    fixes=_ALL,
    references=(
        "ar(1): modifiers D, U and u",
        "reproducible-builds.org: archives; Debian reproducible notes: timestamps_in_static_libraries",
        "golang/go#51812; rust-lang/rust PR 139453",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    yield from image_forms(evidence)
    yield from image_packing(evidence)
    changes = list(evidence.of(ArchiveFieldChange))
    fields = [change for change in changes if change.field_name in ("time", "uid", "gid", "mode")]
    if fields:
        kinds = list(dict.fromkeys(change.field_name for change in fields))
        first = fields[0]
        yield Claim(
            FIELDS,
            tuple(fields),
            Proof.RECORDED,
            f"{', '.join(kinds)} of members; {first.member}: {first.field_name} {first.a_value} became {first.b_value}",
        )
    fields_of_ar = [change for change in changes_of(evidence, "uid", "gid", "mode") if change.container == "ar"]
    if fields_of_ar:
        yield Claim(FIELDS, tuple(fields_of_ar), Proof.RECORDED, told(tuple(fields_of_ar)))
    streams, other = split_layers(written_otherwise(evidence, *_WRITTEN))
    if streams:
        yield Claim(COMPRESSED, streams, Proof.RECORDED, told(streams))
    numbered = tuple(change for change in changes_of(evidence, "name", "format") if _by_process(change))
    if numbered:
        yield Claim(PAX_NAME, numbered, Proof.RECORDED, told(numbered))
    other = tuple(change for change in other if change not in numbered)
    if other:
        yield Claim(WRITER, other, Proof.RECORDED, told(other))
    marks = [change for change in evidence.of(BytecodeChange) if change.what == "references"]
    if marks:
        yield Claim(REFERENCES, tuple(marks), Proof.RECORDED, "the code is the same, FLAG_REF of marshal is not")
    named = tuple(change for change in changes_of(evidence, "name") if writer(change) == "gzip")
    if named:
        yield Claim(GZIP_NAME, named, Proof.RECORDED, told(named))
    written = [change for change in changes if change.field_name in ("format", "index")]
    if written:
        said = (f"{change.field_name}: {change.a_value} in a, {change.b_value} in b" for change in written)
        yield Claim(FORMAT, tuple(written), Proof.RECORDED, "; ".join(said))
    names = [change for change in changes if change.field_name == "name"]
    if names and not _follows_from_crates(names, evidence):
        masked = all(_VARIABLE.sub("*", n.a_value) == _VARIABLE.sub("*", n.b_value) for n in names)
        yield Claim(
            NAMES,
            tuple(names),
            Proof.RECORDED if masked else Proof.SHAPE,
            f"{names[0].a_value} became {names[0].b_value}",
        )
    yield from _metadata(evidence)


def _by_process(change: EntryFieldChange) -> bool:
    """True if two names differ in nothing but the number behind ``PaxHeaders.`` (GNU tar, ``%p`` of exthdr.name)."""
    a, b = change.a_value, change.b_value
    return a != b and bool(_PROCESS.search(a)) and _PROCESS.sub("", a) == _PROCESS.sub("", b)


def _follows_from_crates(names: list[ArchiveFieldChange], evidence: EvidenceSet) -> bool:
    """True if rustc named the members by hashes of crates, and symbols hold such hashes too: see rust-metadata."""
    renamed = any(change.scheme.startswith("rust") for change in evidence.of(SymbolRenamed))
    return renamed and all(n.a_value.endswith(".rcgu.o") and n.b_value.endswith(".rcgu.o") for n in names)


def _metadata(evidence: EvidenceSet) -> Iterator[Claim]:
    """Where nothing but a Rust library's metadata differs, no other cause has a fact to stand on."""
    metadata: list[Evidence] = [change for change in evidence.of(SectionChange) if change.name == ".rmeta"]
    metadata += [change for change in evidence.of(LoneSectionChange) if change.name == ".rmeta"]
    if metadata and not besides(evidence, SectionChange, FunctionTotals):
        yield Claim(
            METADATA,
            tuple(metadata),
            Proof.SHAPE,
            "only the metadata differs: a declaration or its place in the source, flags, or a dependency",
        )
