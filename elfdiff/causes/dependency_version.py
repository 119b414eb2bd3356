r"""A dependency has another version.

## What it looks like

The embedded lists differ (`.dep-v0` of cargo auditable, `.go.buildinfo`, `.note.package`), or the paths of
crates that were compiled in:

```
.dep-v0   a  itoa 1.0.1                                            .rodata  a  …/lexopt-0.2.0/src/lib.rs
          b  itoa 1.0.2                                                     b  …/lexopt-0.3.0/src/lib.rs
.dynamic  a  NEEDED libfoo.so.1    b  NEEDED libfoo.so.2
```

The hashes in the names of the dependency and of all that use it change with it, then code and layout.

## Why it happens

A version was resolved anew: no committed Cargo.lock, `cargo update`, `go get`, a range in a requirements file,
a distribution's package that moved on.

## How to be sure

A list that names two versions is decisive. A path compiled in is as good for the crates it names, and says
nothing about the others. Another soname in NEEDED means another library on the build machine: likely, as link
options can do that too. Versions of the program's own workspace are no dependency: that is a new release of the
program, and `--locked` will not bring the old one back.

Some libraries say in a text of their own which release they are, and a program that they are linked into holds it:
` deflate 1.2.11 Copyright 1995-2017 …` against `1.2.13 … 1995-2022` is another zlib.

What the bytes cannot tell: a stripped release binary without a list keeps no version at all, and equal versions
may hide other features or a patched source. A static library that was built elsewhere shows only by its own
paths and dates.

`cargo build --locked` takes the versions of Cargo.lock, and fails when it would have to change. It changes
nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from elfdiff.actions import Do
from elfdiff.causes._code import certain_changes, code_changed
from elfdiff.causes._facts import lower, tools_differ
from elfdiff.causes._images import BASE, BASE_FIX, image_bases
from elfdiff.causes._libraries import library_texts, library_times
from elfdiff.causes._paths import is_other_release, pythons, released_headers
from elfdiff.causes._tools import languages
from elfdiff.causes._wording import became, listed
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.facts import ImportOrderChange
from elfdiff.evidence.files import DeclaredDependencyChange
from elfdiff.evidence.model import Context, DependencyDrift, EvidenceSet, OrderChange, PathChange, TextChange
from elfdiff.patterns import late
from elfdiff.report import Effect, Fix, Role

DRIFT, STATIC = "dep-version-drift", "dep-static-library-rebuilt"
SHARED = "dep-shared-library-rebuilt"
DECLARED = "dep-declared-by-package"
_BY_HEADERS = 20
_STORE = late(
    r"/(?:nix|gnu)/store/[0-9a-z]{32}-(?P<name>[^/]+)/|"
    r"/spack/(?:[^/]+/)*?(?P<spack>[a-z][a-z0-9-]*-\d[\w.]*)-[0-9a-z]{32}/"
)
_PACKAGE = late(
    r"(?P<name>[A-Za-z][\w+.]*?(?:-[A-Za-z][\w+.]*)*?)-(?P<version>\d[\w.+]*)(?:-(?:lib|dev|bin|out|static|debug))?"
)
_OBJECTS = frozenset({"file-symbols", "units", "frames", "needed"})

_LISTS = frozenset({"dep-v0", "go-buildinfo"})
_MOVES = frozenset({"upgraded", "downgraded", "added", "removed"})

CARGO = Fix(
    toolchain="cargo",
    action=Do("commit one Cargo.lock, and build both with cargo build --locked"),
    effect=Effect.REMOVES,
    reaches=(DRIFT,),
    note="--locked fixes versions, nothing else; --frozen and cargo vendor keep the network out",
)
GO = Fix(
    toolchain="go",
    action=Do("commit one go.mod and go.sum, and build both with go build -mod=readonly"),
    effect=Effect.REMOVES,
    reaches=(DRIFT,),
)
PACKAGES = Fix(
    toolchain="any",
    action=Do(
        "build both with the same versions of all libraries: one container image named by digest, or a package snapshot"
    ),
    effect=Effect.REMOVES,
    reaches=(DRIFT, STATIC, SHARED),
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The lock file of the language; packages of the system where there is none."""
    spoken = languages(context)
    if set(faces) == {BASE}:
        return (BASE_FIX,)
    found = [fix for fix, language in ((CARGO, "rust"), (GO, "go")) if language in spoken]
    if DRIFT not in faces:
        return (PACKAGES,)
    return (*found, PACKAGES) if {STATIC, SHARED} & set(faces) or not found else tuple(found)


@cause(
    title="a dependency has another version",
    role=Role.INPUT,
    faces={
        DRIFT: "two versions of a dependency",
        STATIC: "a static library was built anew",
        SHARED: "a shared library of the link was another build",
        BASE: "an image was built on another base image",
        DECLARED: "a package says that it needs another version of a dependency",
    },
    fixes=(CARGO, GO, PACKAGES, BASE_FIX),
    references=(
        "cargo, --locked: https://doc.rust-lang.org/cargo/commands/cargo-build.html",
        "cargo auditable: https://github.com/rust-secure-code/cargo-auditable",
        "Go modules, -mod: https://go.dev/ref/mod#build-commands",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Drift of packages that are not the program's own."""
    levels: dict[Proof, list[DependencyDrift]] = defaultdict(list)
    for drift in evidence.of(DependencyDrift):
        level = _proof(drift)
        if level is not None:
            levels[level].append(drift)
    facts = [drift for level in Proof for drift in levels[level]]
    yield from image_bases(evidence)
    yield from _declared(evidence)
    yield from _texts(evidence)
    yield from _import_order(evidence)
    yield from _stores(evidence)
    if not facts:
        yield from _headers(evidence)
        return
    best = next(level for level in Proof if levels[level])
    note = (
        "seen by a library's soname only; link options can change that too"
        if best is Proof.SHAPE and _by_soname(facts)
        else None
    )
    yield Claim(DRIFT, tuple(facts), best, _summary(facts), note, explains_code=True)


def _stores(evidence: EvidenceSet) -> Iterator[Claim]:
    """Run paths and loaders in stores of Nix, Guix and Spack: the directory says which package and which version."""
    found: dict[str, list[PathChange]] = {}
    for change in evidence.of(PathChange):
        sides = [_STORE.search(f"{directory}/") for directory in (change.a_directory, change.b_directory)]
        if sides[0] is None or sides[1] is None:
            continue
        left, right = (_PACKAGE.fullmatch(side["name"] or side["spack"] or "") for side in sides if side)
        if left is None or right is None or left["name"] != right["name"]:
            continue
        said = (
            f"{left['name']} {left['version']} became {right['version']}"
            if left["version"] != right["version"]
            else f"another build of {left['name']} {left['version']}"
        )
        found.setdefault(said, []).append(change)
    if found:
        changes = tuple(change for facts in found.values() for change in facts)
        yield Claim(DRIFT, changes, Proof.RECORDED, listed(found), "by the names of store directories", True)


def _import_order(evidence: EvidenceSet) -> Iterator[Claim]:
    """Names that GNU ld wrote in the order in which another build of a library lists them."""
    moved = tuple(evidence.of(ImportOrderChange))
    if moved and not any(change.what in _OBJECTS for change in evidence.of(OrderChange)):
        yield Claim(
            SHARED,
            moved,
            lower(Proof.SHAPE, tools_differ(evidence)),
            f"{moved[0].count} names of .dynstr in another order: the linker read other builds of the libraries",
            "or the libraries stand in another order on the command line of the link",
        )


def _declared(evidence: EvidenceSet) -> Iterator[Claim]:
    """What dpkg-shlibdeps and its like wrote of the libraries that were there; its own version is none of them."""
    declared = [change for change in evidence.of(DeclaredDependencyChange) if change.relation != "="]
    if declared:
        first = declared[0]
        more = f", and {len(declared) - 1} more" if len(declared) > 1 else ""
        words = (f"({first.relation} {version})" for version in (first.a_version, first.b_version))
        yield Claim(DECLARED, tuple(declared), Proof.RECORDED, f"{first.package} {became(*words)}{more}")


def _texts(evidence: EvidenceSet) -> Iterator[Claim]:
    """Texts of libraries that name two releases, with the dates beside them and the code that came with them."""
    texts = list(library_texts(evidence))
    # Without other code it is the library's headers, which programs quote, or a text that somebody edited.
    if texts:
        linked = code_changed(evidence)
        shown = (f"{text.name} {text.a_version} became {text.b_version}" for text in texts if text.name)
        yield Claim(
            STATIC,
            (*(text.fact for text in texts), *library_times(evidence), *certain_changes(evidence)),
            Proof.SHAPE if linked else Proof.CONSISTENT,
            listed(shown),
            "by the texts of the library that is linked in; if the program is that library, it is another release"
            if linked
            else "the program may quote the headers of a library; a text that somebody edited looks the same",
            explains_code=True,
        )


def _headers(evidence: EvidenceSet) -> Iterator[Claim]:
    """Headers of another release: the directory that debug information names for them has another version in it."""
    if tools_differ(evidence):
        return
    releases = released_headers(evidence)
    found = [
        change
        for change in evidence.of(PathChange)
        if is_other_release(change) or (change.a_directory, change.b_directory) in releases
    ]
    headers = [
        change
        for change in found
        if (change.a_directory, change.b_directory) in releases
        or ("/include" in change.a_directory and "/include" in change.b_directory)
    ]
    targets = pythons(evidence)
    if headers:
        sure = all(releases.get((change.a_directory, change.b_directory), True) for change in headers)
        yield Claim(
            DRIFT,
            tuple(found),
            Proof.SHAPE if sure else Proof.CONSISTENT,
            f"a is for CPython {targets[0]}, b for CPython {targets[1]}"
            if targets
            else became(headers[0].a_directory, headers[0].b_directory),
            "headers of another release were compiled in"
            if sure
            else "the headers of the program itself look so if its own directory bears its version",
            # Texts of the program come from no header of a dependency, and headers change few functions: beyond that
            # its own code has changed as well.
            explains_code=len(certain_changes(evidence)) <= _BY_HEADERS
            and all((text.section or "").startswith(".debug") for text in evidence.of(TextChange)),
        )


def _proof(drift: DependencyDrift) -> Proof | None:
    """None for what is no dependency, or no other version: local packages, the form of the list, an absent path."""
    if drift.local or drift.change == "format":
        return None
    both = drift.a_version is not None and drift.b_version is not None and drift.a_version != drift.b_version
    if drift.origin in _LISTS:
        return Proof.RECORDED if drift.change in _MOVES or both else Proof.SHAPE
    if drift.origin == "crate-path":
        return Proof.RECORDED if both else None
    if drift.origin == "soname":
        return Proof.SHAPE
    return None


def _by_soname(facts: list[DependencyDrift]) -> bool:
    return all(drift.origin == "soname" for drift in facts)


def _summary(facts: list[DependencyDrift]) -> str:
    if len(facts) == 1:
        return _one(facts[0])
    return f"{len(facts)} dependencies differ: {listed(_one(drift) for drift in facts)}"


def _one(drift: DependencyDrift) -> str:
    if drift.a_version is None:
        return f"{drift.name} {drift.b_version or ''}".rstrip() + " is in b only"
    if drift.b_version is None:
        return f"{drift.name} {drift.a_version} is in a only"
    if drift.a_version == drift.b_version:
        return f"{drift.name} {drift.a_version} has another source, kind or feature"
    return f"{drift.name} {drift.a_version} became {drift.b_version}"
