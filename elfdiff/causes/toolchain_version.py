r"""The files were made by other versions of the tools.

## What it looks like

The marks of the tools differ:

```
.comment           a  GCC: (Debian 11.3.0-12) 11.3.0       b  GCC: (Debian 12.2.0-14+deb12u1) 12.2.0
DW_AT_producer     a  GNU C17 11.3.0 -mtune=generic …      b  GNU C17 12.2.0 -mtune=generic …
.comment           a  rustc version 1.94.0 (4a4ef493e …)   b  rustc version 1.95.0 (59807616e …)
.go.buildinfo      a  go1.26.4                             b  go1.27.3
.comment           a  Linker: LLD 14.0.6                   b  mold 1.10.1
```

Nearly everything else follows: code, unwind tables, sections, the hashes in Rust's names (cargo hashes rustc's
version).

## Why it happens

An image tagged `latest`, a CI runner that was updated, `stable` in a rust-toolchain file, a distribution's
upgrade.

## How to be sure

Two versions in .comment, in the producers or in Go's build information are decisive. GNU ld leaves no mark:
lld, mold or gold on one side only means another linker. Strings of .comment also come from objects nobody
compiled here: crt1.o, libgcc, static libraries. A gcc line that changes in a program of clang or rustc is the
distribution's C library, not the compiler.

Stripped files of distributions still say it in the versions of what they import: `__libc_start_main@GLIBC_2.2.5` was
linked before glibc 2.34, `__libc_start_main@GLIBC_2.34` with it or a newer one; `__xstat` before 2.33, `stat` since.
Who has another C library has another compiler beside it, as a rule, and code that differs all over is its work.

What the bytes cannot tell: -fno-ident and `strip -R .comment` remove the marks, so that equal or missing marks
prove nothing; a wrapper or a patched compiler keeps its version.

No flag makes two compilers write the same code. The fix is one toolchain, named exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from elfdiff.actions import Do, Export
from elfdiff.causes._code import certain_changes, code_changed, differs_in_numbers, nearly_all_changed, widely_changed
from elfdiff.causes._codegen import is_clean
from elfdiff.causes._images import BUILDER, image_builder
from elfdiff.causes._tools import COMPILERS, languages, numbers
from elfdiff.causes._wording import listed, quoted
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.facts import LibcChange
from elfdiff.evidence.files import BytecodeChange, WriterChange
from elfdiff.evidence.model import (
    Context,
    Evidence,
    EvidenceSet,
    NoteChange,
    SymbolSetChange,
    TextChange,
    ToolChange,
    WordChange,
    WordKind,
)
from elfdiff.patterns import late
from elfdiff.report import Effect, Fix, Role
from elfdiff.values import replace

_DOTTED = late(r"\d+\.\d")
COMPILER, LINKER = "tool-compiler-version", "tool-linker-or-assembler"
RUNTIME, HEADERS = "tool-libc-crt-objects", "dep-header-only-or-toolchain-runtime"
WRITER = "tool-named-in-file"

IMAGE = Fix(
    toolchain="any",
    action=Do(
        "build both in one container image, named by its digest, or from one snapshot of the distribution's packages"
    ),
    effect=Effect.REMOVES,
)
RUSTUP = Fix(
    toolchain="rustc",
    action=Do('name one release in rust-toolchain.toml (channel = "1.95.0", not "stable")'),
    effect=Effect.REMOVES,
    reaches=(COMPILER, LINKER),
)
GO = Fix(
    toolchain="go",
    action=Do(
        "name one release in both builds, by GOTOOLCHAIN or in the toolchain line of go.mod",
        "export GOTOOLCHAIN=go1.27.3",
    ),
    effect=Effect.REMOVES,
    reaches=(COMPILER, LINKER),
    since="go 1.21",
)
ONE_LINKER = Fix(
    toolchain="gcc, clang",
    action=Do("link both with one linker of one version (-fuse-ld=bfd, lld, mold or gold, from one image)"),
    effect=Effect.REMOVES,
    reaches=(LINKER,),
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The language's own pin first, with the newer of the two releases."""
    spoken = languages(context)
    found: list[Fix] = []
    unreleased = any("-" in version for version in context.versions("rustc"))
    if COMPILER in faces and "rust" in spoken and unreleased:
        found.append(
            replace(RUSTUP, action=Do('name one dated channel in rust-toolchain.toml: channel = "nightly-YYYY-MM-DD"'))
        )
    elif (
        COMPILER in faces and "rust" in spoken and _differs(context, "rustc") and (release := _newest(context, "rustc"))
    ):
        found.append(replace(RUSTUP, action=Do(f'name one release in rust-toolchain.toml: channel = "{release}"')))
    if COMPILER in faces and "go" in spoken and _differs(context, "go") and (release := _newest(context, "go")):
        found.append(replace(GO, action=Export("GOTOOLCHAIN", f"go{release}")))
    if LINKER in faces and COMPILER not in faces:
        found.append(ONE_LINKER)
    return (*found, IMAGE)


def _differs(context: Context, tool: str) -> bool:
    """False if both files name the same versions of a tool: another one changed, cgo's compiler perhaps."""
    ours, theirs = (
        {version for kind, version in tools if kind == tool} for tools in (context.a_tools, context.b_tools)
    )
    return ours != theirs or not ours


def _newest(context: Context, tool: str) -> str | None:
    """The newest plain release that either file names, as digits and dots."""
    # A commit of rustc begins with digits, too.
    found = [numbers(version) for version in context.versions(tool) if _DOTTED.match(version)]
    return ".".join(map(str, max(found))) if any(found) else None


@cause(
    title="other versions of the tools",
    role=Role.INPUT,
    faces={
        COMPILER: "another compiler, or another version of it",
        LINKER: "another linker or assembler",
        BUILDER: "another version of the builder of an image",
        RUNTIME: "the C library, start-up objects and libgcc of another distribution",
        HEADERS: "headers or run-time library that came with another toolchain",
        WRITER: "a file names another version of the program that wrote it",
    },
    fixes=(IMAGE, RUSTUP, GO, ONE_LINKER),
    references=(
        "Reproducible Builds, recording the environment: https://reproducible-builds.org/docs/recording/",
        "rustup, the toolchain file: https://rust-lang.github.io/rustup/overrides.html",
        "Go toolchains: https://go.dev/doc/toolchain",
    ),
    choose=choose,
    of_two_programs=True,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Marks of tools that differ; a side without any mark was stripped of them and says nothing."""
    yield from image_builder(evidence)
    changes = list(evidence.of(ToolChange))
    if changes and (
        _unmarked(evidence.context.a_tools, changes, "a") or _unmarked(evidence.context.b_tools, changes, "b")
    ):
        changes = []
    faces: dict[str, list[tuple[Evidence, Proof]]] = defaultdict(list)
    for change in changes:
        face = _face(change, changes, evidence.context)
        faces[face].append((change, _proof(change, changes, evidence)))
    commits = [word for word in evidence.of(WordChange) if word.kind is WordKind.RUSTC_COMMIT]
    faces_of_rustc = [(word, Proof.RECORDED) for word in commits]
    if faces_of_rustc:
        faces[COMPILER] += faces_of_rustc
    writers = list(evidence.of(WriterChange))
    if writers:
        first = writers[0]
        named = f"{first.field_name}: {first.a_value or 'none'} became {first.b_value or 'none'}"
        yield Claim(WRITER, tuple(writers), Proof.RECORDED, named, explains_code=True)
    yield from _libraries(evidence, bool(changes or commits))
    yield from _headers(evidence)
    pythons = [change for change in evidence.of(BytecodeChange) if change.what == "magic"]
    if pythons:
        named = f"bytecode of two Pythons, magic numbers {pythons[0].a_value} and {pythons[0].b_value}"
        yield Claim(WRITER, tuple(pythons), Proof.RECORDED, named, explains_code=True)
    if not (changes or commits or writers or evidence.has(LibcChange)):
        yield from _unnamed(evidence)
    summary = _summary(changes, commits)
    for face, facts in faces.items():
        proof = min((level for _, level in facts), key=list(Proof).index)
        note = "objects of the C library and of libgcc, from the distribution's packages" if face == RUNTIME else None
        yield Claim(face, tuple(fact for fact, _ in facts), proof, summary, note, explains_code=face != RUNTIME)


def _unnamed(evidence: EvidenceSet) -> Iterator[Claim]:
    """Only code differs, and neither file names its compiler, as distributions strip programs."""
    if not evidence.context.unnamed or not (
        is_clean(evidence) or nearly_all_changed(evidence) or widely_changed(evidence)
    ):
        return
    changed = [change for change in certain_changes(evidence) if not differs_in_numbers(change)]
    if changed:
        yield Claim(
            COMPILER,
            tuple(certain_changes(evidence)),
            Proof.CONSISTENT,
            "code differs, and neither file names its compiler: another version of it gives other code",
            "compare the .buildinfo files or logs of the two builds",
            explains_code=True,
        )


_OF_LIBSTDCXX = (
    ("basic_string::_M_construct null not valid", "basic_string: construction from null is not valid", 12),
)
"""Texts that libstdc++'s headers compile into programs: until a release of GCC, and from it on."""


def _headers(evidence: EvidenceSet) -> Iterator[Claim]:
    """A text of the headers of an older libstdc++ on one side, and what took its place on the other."""
    sides = [
        {place.value: text for text in evidence.of(TextChange) if (place := getattr(text, side)) is not None}
        for side in "ab"
    ]
    for older, newer, release in _OF_LIBSTDCXX:
        for old, new, names in ((sides[0], sides[1], "ab"), (sides[1], sides[0], "ba")):
            if older in old and newer in new and older not in new and newer not in old:
                summary = (
                    f"{names[0]} was compiled with the headers of GCC before {release}, {names[1]} with those of GCC "
                    f"{release} or newer"
                )
                facts = tuple(dict.fromkeys((old[older], new[newer])))
                yield Claim(HEADERS, facts, Proof.RECORDED, summary, explains_code=True)


def _libraries(evidence: EvidenceSet, marked: bool) -> Iterator[Claim]:
    """Another C library: its start files and the compiler beside it are another distribution's."""
    texts = any(not text.fragment and (text.section or "").startswith(".rodata") for text in evidence.of(TextChange))
    for change in evidence.of(LibcChange):
        properties = [note for note in evidence.of(NoteChange) if note.kind in ("property", "abi-tag")]
        names = [names for names in evidence.of(SymbolSetChange) if names.imports and not texts]
        changed = [] if marked else certain_changes(evidence)
        yield Claim(
            RUNTIME,
            (change, *properties, *names, *changed),
            Proof.RECORDED,
            _bounds(change),
            "; ".join(change.signs)
            + ("; code that differs is that of another compiler beside it: nothing names it" if changed else ""),
            explains_code=not texts,
        )


def _bounds(change: LibcChange) -> str:
    if change.a_kind != change.b_kind:
        return f"a is for {change.a_kind}, b for {change.b_kind}"
    shown = []
    for side, first, before in (("a", change.a_from, change.a_before), ("b", change.b_from, change.b_before)):
        if before is not None and first is not None and first != before:
            shown.append(f"{side} was linked with {change.a_kind} {first} or newer, before {before}")
        elif before is not None:
            shown.append(f"{side} was linked before {change.a_kind} {before}")
        else:
            shown.append(f"{side} with {change.a_kind} {first} or newer")
    return ", ".join(shown)


def _unmarked(tools: tuple[tuple[str, str], ...], changes: list[ToolChange], side: str) -> bool:
    """True if this side names no tool at all."""
    return not tools and all((change.a_tool if side == "a" else change.b_tool) is None for change in changes)


def _face(change: ToolChange, changes: list[ToolChange], context: Context) -> str:
    if change.tool not in COMPILERS:
        return LINKER
    if change.tool == "gcc" and change.origin == "comment":
        others = COMPILERS - {"gcc"}
        users = any(context.has_tool(tool) for tool in others & {"clang", "rustc", "zig", "go"})
        if users and not any(other.tool in others for other in changes):
            return RUNTIME
        one_sided = change.a_tool is None or change.b_tool is None
        kinds = [{tool for tool, _ in tools} for tools in (context.a_tools, context.b_tools)]
        if (
            one_sided
            and all("gcc" in kind for kind in kinds)
            and not any(o.tool == "gcc" and o.a_tool and o.b_tool for o in changes)
        ):
            return RUNTIME
    return COMPILER


def _proof(change: ToolChange, changes: list[ToolChange], evidence: EvidenceSet) -> Proof:
    """Two versions are decisive; a mark on one side only might have been left out on the other."""
    if change.origin == "path":
        return Proof.SHAPE
    if change.a_tool is not None and change.b_tool is not None:
        return Proof.RECORDED
    missing = "a_tool" if change.a_tool is None else "b_tool"
    answered = any(getattr(other, missing) is not None for other in changes)
    # A side that kept its compilers' marks kept a linker's too, if the linker wrote one.
    marked = evidence.context.a_tools if change.a_tool is None else evidence.context.b_tools
    if change.tool not in COMPILERS and change.origin == "comment" and marked:
        return Proof.RECORDED
    if answered or code_changed(evidence) or change.origin in ("producer", "build-info"):
        return Proof.RECORDED
    return Proof.SHAPE


def _summary(changes: list[ToolChange], commits: list[WordChange]) -> str:
    texts = []
    for change in changes:
        if change.a_tool is None:
            texts.append(f"{quoted(change.b_tool or '')} is in b only")
        elif change.b_tool is None:
            texts.append(f"{quoted(change.a_tool)} is in a only")
        else:
            texts.append(f"{change.a_tool} became {change.b_tool}")
    if not texts and commits:
        texts.append(f"rustc {commits[0].a_word[:12]} became {commits[0].b_word[:12]}")
    return listed(texts, 2)
