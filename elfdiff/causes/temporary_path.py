"""The name of a temporary file or directory is compiled in.

## What it looks like

    a  /tmp/ccQz3mPd.s          b  /tmp/ccW8rLxK.s          gcc -g with -Wa,-g: six random characters for each object
    a  /tmp/go-build3049127865/b001/_cgo_gotypes.go          cgo without -trimpath
    a  cached in /tmp/tmpk3v9x2qa     b  cached in /tmp/tmp0z7hh1mc      a generator's scratch directory

In `.symtab` it is a file symbol: `ccILFvq9.o`, `tmp.8sJ2mXq0aB.c`, `camlstartup3f9c2b.s`. Six bytes of `.strtab` and
nothing else, and GNU ld's build ID stays equal, because it does not cover `.strtab`.

## Why it happens

Compiler drivers write their intermediate files under random names and the next tool records them; GNU ld invents a
file symbol from the object's name for assembly without `.file`; package managers unpack into mktemp directories. Here
even one machine differs from itself in every build.

## How to be sure

The word has the shape that mktemp, gcc, Go, OCaml or rustc give, on both sides, and the text around it is equal. That
is proof. What elfdiff cannot see is which step left it; a build with `-v` or `-save-temps` shows it. A tree that was
itself built below a directory with a random name is reported as build-path, which has the same fix and says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import AddWords, Do
from elfdiff.causes._facts import became, values
from elfdiff.causes._paths import build_paths, is_copy
from elfdiff.causes._places import random_component, whole
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import (
    Context,
    Evidence,
    EvidenceSet,
    PathChange,
    SymbolRenamed,
    TextChange,
    WordChange,
    WordKind,
)
from elfdiff.patterns import late
from elfdiff.report import Effect, Fix, Role

PROLOG = "gnu-prolog-temp-names"
_SHAPES = (
    ("path-go-cgo-workdir", late(r"go-build\d{5,}")),
    ("ocaml-temp-names", late(r"(?:^|/)caml(?:startup|pp|obj)?[0-9a-f]{6}")),
    ("rustc-tmpdir-leak", late(r"(?:^|/)rustc[A-Za-z0-9]{6}(?:/|\Z)")),
    (PROLOG, late(r"(?:^|/)gplc[A-Za-z0-9]{6}(?=[./]|\Z)")),
    ("sym-stt-file-temp", late(r"(?:^|/)cc[A-Za-z0-9]{6}(?=[./]|\Z)|pidtmpfilename|\.ltrans")),
)
_TOOLS_OWN = (PROLOG, "path-go-cgo-workdir", "ocaml-temp-names", "rustc-tmpdir-leak", "sym-stt-file-temp")

_SAVE = Fix(
    "gcc",
    AddWords(("CFLAGS", "CXXFLAGS"), ("-save-temps=obj",)),
    Effect.REMOVES,
    ("sym-stt-file-temp",),
    note="keeps the intermediate files beside the objects, under names of their own",
)
_STEPS = Fix(
    "gcc",
    Do('compile and link in two steps with fixed object names, and put .file "NAME" at the top of assembly sources'),
    Effect.REMOVES,
    ("sym-stt-file-temp",),
)
_PROLOG_STEPS = Fix(
    "gplc",
    Do("compile and link in two steps, with a fixed name for the object", "gplc -c p.pl -o p.o && gplc p.o -o p"),
    Effect.REMOVES,
    (PROLOG,),
)
_TRIMPATH = Fix("go", AddWords(("GOFLAGS",), ("-trimpath",)), Effect.REMOVES, ("path-go-cgo-workdir",), since="go 1.13")
_FIXED = Fix(
    "any",
    Do("build, and generate files, in directories with fixed names instead of temporary ones (mktemp -d)"),
    Effect.REMOVES,
    ("path-home-tmp-random",),
    note='mapping the directory where it is made does as well (-ffile-prefix-map="$dir"=.): a map that names it by '
    "hand is of no use to the next build; meson-python: -Cbuilddir=build; pip: --no-build-isolation; "
    "Nix: remap $NIX_BUILD_TOP",
)
_OCAML = Fix(
    "ocaml",
    Do("use OCaml 4.03 or newer, which names its startup file after the program"),
    Effect.REMOVES,
    ("ocaml-temp-names",),
)
_RUSTC = Fix(
    "rustc",
    Do("use a rustc that has the fix of rust-lang/rust#142989 (middle of 2025)"),
    Effect.REMOVES,
    ("rustc-tmpdir-leak",),
)
_STRIP = Fix(
    "binutils",
    Do("strip both files (strip --strip-all): the name stands in the symbol table"),
    Effect.MASKS,
    _TOOLS_OWN,
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """For each face its own fix, for the languages of this pair."""
    found: list[Fix] = []
    if "sym-stt-file-temp" in faces:
        found += [_SAVE, _STEPS, _STRIP]
    if PROLOG in faces:
        found += [_PROLOG_STEPS, _STRIP]
    if "path-go-cgo-workdir" in faces:
        found.append(_TRIMPATH)
    if "ocaml-temp-names" in faces:
        found.append(_OCAML)
    if "rustc-tmpdir-leak" in faces:
        found.append(_RUSTC)
    if "path-home-tmp-random" in faces:
        found.append(_FIXED)
    return tuple(found)


@cause(
    title="a temporary file name is compiled in",
    role=Role.ROOT,
    faces={
        "path-go-cgo-workdir": "cgo's temporary work directory is compiled in",
        "path-home-tmp-random": "the build ran in a directory with a random name",
        "sym-stt-file-temp": "a temporary object or assembly file is named in the symbols",
        PROLOG: "gplc names its temporary object in the symbols",
        "ocaml-temp-names": "OCaml's temporary file names are compiled in",
        "rustc-tmpdir-leak": "rustc's temporary directory is compiled in",
    },
    fixes=(_SAVE, _STEPS, _PROLOG_STEPS, _TRIMPATH, _OCAML, _RUSTC, _FIXED, _STRIP),
    references=(
        "riscv-tests#529 (ccILFvq9.o); boostorg/context#91",
        "golang/go#13247, #47256, #63851",
        "ocaml/ocaml#7037; rust-lang/rust#142989",
        "astral-sh/uv#13096",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    found: dict[str, list[Evidence]] = {}
    shown: dict[str, str] = {}
    files: dict[tuple[str, str], str] = {}

    def note(face: str, fact: Evidence, a: str, b: str) -> None:
        found.setdefault(face, []).append(fact)
        shown.setdefault(face, became(a, b))

    for word in evidence.of(WordChange):
        if word.kind is WordKind.TEMPORARY:
            note(_face(word.a_word), word, word.a_word, word.b_word)
            files[_file(word.a_word), _file(word.b_word)] = word.a_word
    for text in evidence.of(TextChange):
        # A name that is known by its directory elsewhere, as line tables keep it apart.
        known = files.get(values(text))
        if known is not None:
            note(_face(known), text, *values(text))
    for symbol in evidence.of(SymbolRenamed):
        if symbol.scheme == "temporary-source":
            note(_face(symbol.a_part), symbol, symbol.a_part, symbol.b_part)
        if symbol.scheme == "temporary-file":
            face = _face(symbol.a_part)
            note("sym-stt-file-temp" if face == "path-home-tmp-random" else face, symbol, symbol.a_part, symbol.b_part)
    built_in = set(build_paths(evidence))
    for change in evidence.of(PathChange):
        if change in built_in:
            continue
        drawn = random_component(change.a_directory, change.b_directory)
        if drawn is None and is_copy(change):
            note("path-home-tmp-random", change, whole(change, "a"), whole(change, "b"))
        elif drawn:
            note(_face(drawn[0]), change, whole(change, "a"), whole(change, "b"))
    for face, facts in found.items():
        # Without debug information nobody says that the compiler did not run there.
        paths = any(isinstance(fact, PathChange) for fact in facts)
        plain = paths and face == "path-home-tmp-random" and not evidence.context.has_debug
        yield Claim(face, tuple(facts), Proof.SHAPE if plain else Proof.REPLAYED, shown[face])


def _face(name: str) -> str:
    for face, pattern in _SHAPES:
        if pattern.search(name):
            return face
    return "path-home-tmp-random"


def _file(path: str) -> str:
    return path.rsplit("/", 1)[-1]
