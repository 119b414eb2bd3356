r"""A hash differs because what it covers differs.

## What it looks like

```
.note.gnu.build-id+0x10   a  edc1f8d0…d78e    20 bytes: sha1       .gnu_debuglink   a  app.debug 1c 5e 90 b3
                          b  606a77c2…1d64                                          b  app.debug 77 02 4d e1
.note.go.buildid          a  action/…/…/content
```

A build ID of 20 bytes is sha1 (or lld's and gold's tree hash), 8 bytes is lld's fast hash, 16 is md5 (or uuid,
see `random-build-id`), 32 is sha256. `.gnu_debuglink` ends in the CRC of the separate debug file. Go writes
four fields: the first stands for the inputs of the link, the last for its output. LLVM appends `.llvm.<number>`
to names that ThinLTO made global; the number is a hash of the module.

Packages list digests of their files: md5sums, RECORD of a wheel, Checksums-Sha256 of a .buildinfo, and sizes beside.

## Why it happens

The linker hashes what it wrote, so any other difference shows here a second time. It is a consequence, never a
cause. Linkers do not hash the same bytes: GNU ld leaves out `.symtab` and `.strtab`, so files with equal IDs
may still differ there; lld includes them.

## How to be sure

If anything else differs, look there. If only the hash differs, it covered something that has been stripped
since, nearly always debug information with a directory in it: compare the files as they were before strip, or
their `.debug` files. The bytes left cannot tell what it was.

`--build-id=none` takes the symptom away and the link to the debug symbols with it. It masks; it does not fix.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import AddWords
from elfdiff.causes._build_id import changed_ids, randomness
from elfdiff.causes._digests import digests
from elfdiff.causes._entries import changes_of, named_by_hash, renamed_by_hash
from elfdiff.causes._facts import covered_differs
from elfdiff.causes._tools import languages
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.entries import EntriesChange
from elfdiff.evidence.files import ListedDigestChange
from elfdiff.evidence.model import (
    Context,
    DebugLinkChange,
    EvidenceSet,
    ModuleInfoChange,
    NoteChange,
    SplitUnitIdChange,
    SymbolRenamed,
    TailChange,
)
from elfdiff.report import Effect, Fix, Role

BUILD_ID, GO_ID, DEBUG_LINK = "build-id-content-hash", "build-id-go", "debuglink-crc"
ALT_LINK, EMBEDDED, PROMOTED = "debugaltlink-dwz", "embedded-hash-of-content", "thinlto-promoted-suffix"
LISTED, NAMED = "digest-in-list", "hash-in-file-name"

_STYLES = {
    8: "8 bytes, as lld's fast hash has",
    16: "16 bytes, as md5 has",
    20: "20 bytes, as sha1 has",
    32: "32 bytes, as sha256 has",
}

NO_ID = Fix(
    toolchain="ld, gold, lld, mold",
    action=AddWords(("LDFLAGS",), ("-Wl,--build-id=none",)),
    effect=Effect.MASKS,
    reaches=(BUILD_ID,),
    note="debuggers lose the link to the symbols",
)
NO_ID_RUST = Fix(
    toolchain="rustc",
    action=AddWords(("RUSTFLAGS",), ("-Clink-arg=-Wl,--build-id=none",)),
    effect=Effect.MASKS,
    reaches=(BUILD_ID,),
    note="debuggers lose the link to the symbols",
)
NO_ID_GO = Fix(
    toolchain="go",
    action=AddWords(("GOFLAGS",), ("-ldflags=-buildid=",)),
    effect=Effect.MASKS,
    reaches=(BUILD_ID, GO_ID),
    note="go's build cache and debuggers lose the ID",
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """What hides the ID for the language that linked it."""
    spoken = languages(context)
    fix = NO_ID_GO if "go" in spoken else NO_ID_RUST if "rust" in spoken else NO_ID
    return (fix,) if set(fix.reaches) & set(faces) else ()


@cause(
    title="a hash of contents that differ",
    role=Role.CONSEQUENCE,
    faces={
        BUILD_ID: "the linker's digest of the file",
        GO_ID: "Go's digest of inputs and output",
        DEBUG_LINK: "the checksum of the separate debug file",
        ALT_LINK: "the ID of the shared debug file that dwz made",
        EMBEDDED: "a digest of its own contents that the program carries",
        PROMOTED: "a module's hash in names that ThinLTO made global",
        NAMED: "files are named by a build ID or a hash",
        LISTED: "a list of digests or sizes covers files that differ",
    },
    fixes=(NO_ID, NO_ID_RUST, NO_ID_GO),
    references=(
        "GNU ld manual, --build-id: https://sourceware.org/binutils/docs/ld/Options.html",
        "GDB manual, separate debug files: "
        "https://sourceware.org/gdb/current/onlinedocs/gdb.html/Separate-Debug-Files.html",
        "Reproducible Builds, build path: https://reproducible-builds.org/docs/build-path/",
    ),
    choose=choose,
    after_link=True,
    of_two_programs=True,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Digests at their defined places."""
    for note in changed_ids(evidence):
        drawn = randomness(note, evidence)
        if drawn is None or drawn is Proof.CONSISTENT:
            style = _STYLES.get(note.a_length, f"{note.a_length} bytes")
            caveat = (
                "; --build-id=uuid would have 16" if evidence.context.only_hashes_differ and note.a_length != 16 else ""
            )
            yield Claim(BUILD_ID, (note,), Proof.SHAPE if drawn else Proof.RECORDED, style + caveat)
    for note in evidence.of(NoteChange):
        if note.kind == "go-build-id" and note.a_length and note.b_length:
            yield Claim(
                GO_ID,
                (note,),
                Proof.RECORDED,
                "Go's build ID covers what go build was given: a directory in CGO_CFLAGS, CGO_LDFLAGS, GOFLAGS or "
                "-ldflags changes it and leaves nothing else"
                if evidence.context.only_hashes_differ
                else "Go's build ID covers inputs and output",
            )
    for link in evidence.of(DebugLinkChange):
        if link.section == ".gnu_debugaltlink":
            yield Claim(ALT_LINK, (link,), Proof.RECORDED, "the ID of the shared debug file differs")
        elif link.crc_differs:
            yield Claim(DEBUG_LINK, (link,), Proof.RECORDED, "the separate debug files differ")
    for split in evidence.of(SplitUnitIdChange):
        if not split.alone:
            summary = "the IDs of split units cover debug information that differs"
            yield Claim(EMBEDDED, (split,), Proof.RECORDED, summary)
    early = [item for item in evidence.of(SymbolRenamed) if item.scheme == "lto-unit"]
    if early:
        summary = "names that gcc's LTO gave to debug information end in a digest of their unit"
        yield Claim(EMBEDDED, tuple(early), Proof.RECORDED, summary)
    named = [change for change in evidence.of(EntriesChange) if named_by_hash(change)]
    if named:
        yield Claim(NAMED, tuple(named), Proof.SHAPE, f"names that end in a hash: {listed(named[0].a_only, 2)}")
    renamed = [change for change in changes_of(evidence, "name") if renamed_by_hash(change)]
    if renamed:
        yield Claim(NAMED, tuple(renamed), Proof.SHAPE, f"names that hold a hash: {renamed[0].a_value}")
    lines = [item for item in evidence.of(ListedDigestChange) if item.covered is not False]
    if lines:
        known = all(item.covered for item in lines)
        names = listed((item.listed for item in lines), 2)
        sure = Proof.RECORDED if known else Proof.SHAPE
        yield Claim(LISTED, tuple(lines), sure, f"digests or sizes of {names}")
    promoted = [item for item in evidence.of(SymbolRenamed) if item.scheme == "llvm-suffix"]
    if promoted:
        yield Claim(
            PROMOTED,
            tuple(promoted),
            Proof.RECORDED,
            "names that ThinLTO made global end in another hash of their module",
        )
    texts = digests(evidence)
    if texts:
        yield Claim(EMBEDDED, tuple(texts), Proof.RECORDED, "a text that is a digest covers something that differs")
    embedded = [entry for entry in evidence.of(ModuleInfoChange) if entry.key == "srcversion"]
    if embedded:
        yield Claim(EMBEDDED, tuple(embedded), Proof.RECORDED, "the kernel module's digest of its sources differs")
    signed = [tail for tail in evidence.of(TailChange) if tail.kind == "module-signature" and tail.a and tail.b]
    if signed and covered_differs(evidence):
        yield Claim(EMBEDDED, tuple(signed), Proof.RECORDED, "the module's signature covers what differs")
