r"""The directory of the build is compiled in.

## What it looks like

The two files hold the same path with another beginning:

```
.debug_line_str   a  /home/ci/build-1/src/ldo.c      .rodata   a  /home/ci/build-1/src/ldo.c:120: bad jump
                  b  /tmp/b2/src/ldo.c                         b  /tmp/b2/src/ldo.c:120: bad jump
```

With directories of one length that is a byte or two, plus the 20 bytes of the build ID. With another length the
string table grows and everything behind it moves: a path seven characters longer changed 210 bytes of a 16 KB
program whose size stayed the same, and one path in a cargo release binary changed 80,600 of 451,136. The number
of differing bytes says nothing about the cause.

The places, each a face of its own because the flags that reach them differ: debug information
(`DW_AT_comp_dir`, line tables), texts from `__FILE__`, `assert` and Rust's panic locations, gfortran's run-time
calls, `.gcda` names of coverage builds, units that GNU as wrote, RUNPATH, cargo's home and OUT_DIR, Go's file
table, names that a generator made from a path (`__pyx_k_home_ci_build`), `.dwo` names, LTO bytecode, and
strings that a build script wrote.

## Why it happens

A compiler records where it ran, so that a debugger finds the sources. `__FILE__` is the file name as it was
given on the command line, so it is absolute when the build system (CMake, for one) names files by absolute
paths. A linker writes the RUNPATH it is told. None of this changes until someone builds in another directory: a
second CI worker, a temporary checkout, a home directory of another name.

## How to be sure

Replace one directory by the other in every text: if the texts are then equal, the directory was the cause.
elfdiff does that and lists the places. A unit's directory in the debug information or a source file's name with
another head is decisive. A lone directory in a text is not: it may be an installation prefix or an option that
somebody set.

Files under `/usr`, a toolchain's own tree, `/rustc/<commit>` or a Nix store path are not the build directory;
they belong to `toolchain-path` or `toolchain-version`. `lexopt-0.2.0` against `lexopt-0.3.0` is
`dependency-version`. A part such as `tmpk3v9x2qa` looks random: then every build differs, even on one machine,
and the same flags help.

What the bytes cannot tell: a directory that only went into a hash (clang's `.__uniq.` names, unity builds,
zig's cache), and a file that was stripped, where often nothing but the build ID is left. Build twice in one
directory: if that is equal, the directory was the cause.

Prefix maps leave some places alone. `-ffile-prefix-map` reaches debug information and `__FILE__`, but not
gfortran's run-time names, gdc's assertions, `.gcda` names, RUNPATH or LTO bytecode; `--remap-path-prefix` does
not rewrite what `env!` put into a string. Those faces are named beside the fix.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TypeGuard

from elfdiff.actions import Action, AddWords, Do
from elfdiff.causes._cargo import is_target_moved
from elfdiff.causes._facts import besides, dependencies_differ, tools_differ
from elfdiff.causes._paths import (
    FORTRAN_SUFFIX,
    SOURCE_SUFFIX,
    LoneDirectory,
    build_paths,
    changed_paths,
    is_build_place,
    is_foreign,
    is_installed_part,
    is_of_a_release,
    is_only_for_builds,
    joined,
    lone_directories,
    looks_random,
    released_headers,
)
from elfdiff.causes._rows import fix_for
from elfdiff.causes._tools import compiler_changed, has_c, languages, older_than, user_compiler
from elfdiff.causes._wording import became
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.facts import ErasedRunPath, SpellingChange
from elfdiff.evidence.model import (
    Context,
    DynamicChange,
    Evidence,
    EvidenceSet,
    FlagChange,
    GoSettingChange,
    Layout,
    Mapped,
    PathChange,
    PathPlace,
    SymbolRenamed,
    TimeChange,
    WordChange,
)
from elfdiff.patterns import late
from elfdiff.report import Effect, Fix, Role
from elfdiff.toolchains import Purpose
from elfdiff.values import replace

DWARF, MACRO, FORTRAN = "path-dwarf-comp-dir", "path-file-macro", "path-gfortran-runtime"
COVERAGE, ASSEMBLER, RUNPATH = "path-gcov-gcda", "path-assembler-source", "path-rpath-runpath"
CARGO_HOME, OUT_DIR, GO = "path-cargo-registry-home", "path-cargo-out-dir-env", "path-go-gopath-goroot"
CYTHON, HASHED, SPLIT = "path-cython-mangled", "path-hashed-into-names", "path-split-dwarf"
TARGET = "path-cargo-target-dir"
THINLTO, CGO = "path-thinlto-module", "path-go-cgo-flags"
TYPES = "path-type-information"
SPELLING = "path-spelling"
STRINGS, LTO, FILES = "path-linker-map-or-script-strings", "gcc-lto-bytecode-cwd", "path-in-plain-files"

_DEBUG = frozenset({PathPlace.DEBUG_DIRECTORY, PathPlace.DEBUG_NAME, PathPlace.DEBUG_OTHER})
_MAPPED = (DWARF, MACRO, ASSEMBLER, SPLIT)

C_MAP = fix_for("gcc, clang", Purpose.MAP_PATHS, *_MAPPED)
C_MAP_BESIDE = fix_for("gcc, clang", Purpose.MAP_BESIDE, *_MAPPED)
RELATIVE = Fix(
    toolchain="gcc, clang",
    action=Do(
        "give the directory below the source tree one name in both builds, or map its own name in each: "
        "-ffile-prefix-map=NAME=. in CFLAGS and CXXFLAGS"
    ),
    effect=Effect.REMOVES,
    reaches=_MAPPED,
    note="only a relative directory differs, which no map of the source tree reaches",
)
OWN_NAME = Fix(
    toolchain="gcc, clang",
    action=Do(
        "build both in source trees of one name, or map the tree itself, behind the map that is in force",
        C_MAP.action.line,
    ),
    effect=Effect.REMOVES,
    reaches=_MAPPED,
    note="a map of what the tree lies in leaves the tree's own name: the names of the source trees differ",
)
ELSEWHERE = Fix(
    toolchain="gcc, clang",
    action=Do(
        "run both builds in a build directory of one name (cmake -B build; scikit-build-core and meson-python: "
        "-C build-dir=build)"
    ),
    effect=Effect.REMOVES,
    reaches=_MAPPED,
    note="compilers ran outside of the source tree, where a map of its directory does not reach",
)
COMMAND_LINE = Fix(
    toolchain="gcc, clang",
    action=Do("leave out -frecord-gcc-switches and -frecord-command-line, or name directories relatively (-I .)"),
    effect=Effect.REMOVES,
    reaches=(STRINGS,),
    note="no prefix map reaches a command line that is recorded",
)
NASM = fix_for("nasm, yasm", Purpose.MAP_PATHS, DWARF, ASSEMBLER, SPLIT)
C_MAP_OLD = fix_for("gcc, clang", Purpose.MAP_DEBUG, DWARF, ASSEMBLER, SPLIT)
RUST_MAP = fix_for("rustc", Purpose.MAP_PATHS, DWARF, MACRO, SPLIT)
CARGO_MAP = fix_for("cargo", Purpose.MAP_HOME, CARGO_HOME)
TARGET_MAP = fix_for("cargo", Purpose.MAP_TARGET, TARGET)
FORTRAN_MAP = fix_for("gfortran", Purpose.MAP_PATHS, DWARF, SPLIT)
FORTRAN_RELATIVE = fix_for("gfortran", Purpose.NAME_SOURCES, FORTRAN)
ADA_MAP = fix_for("gnat", Purpose.MAP_PATHS, DWARF, MACRO, SPLIT)
D_MAP = fix_for("gdc", Purpose.MAP_PATHS, DWARF, SPLIT)
D_RELATIVE = fix_for("gdc, ldc, dmd", Purpose.NAME_SOURCES, MACRO)
OCAML_MAP = fix_for("ocaml", Purpose.MAP_PATHS, DWARF, ASSEMBLER)
OCAML_RELATIVE = fix_for("ocaml", Purpose.NAME_SOURCES, MACRO)
GO_TRIM = fix_for("go", Purpose.MAP_PATHS, GO, DWARF, MACRO, ASSEMBLER)
ZIG_STRIP = fix_for("zig", Purpose.MAP_PATHS, DWARF, SPLIT)
LDC_PLAIN = fix_for("ldc", Purpose.MAP_PATHS, DWARF, SPLIT)
GHC_PLAIN = fix_for("ghc", Purpose.MAP_PATHS, DWARF, SPLIT)
PASCAL_PLAIN = fix_for("fpc", Purpose.MAP_PATHS, DWARF, SPLIT)
NIM_FRAMES = fix_for("nim", Purpose.NAME_SOURCES, MACRO)
NIM_MAP = fix_for("nim", Purpose.MAP_DEBUG, DWARF, SPLIT)
VALA_MAP = fix_for("valac", Purpose.MAP_PATHS, *_MAPPED)
CRYSTAL_PLAIN = fix_for("crystal", Purpose.MAP_PATHS, *_MAPPED)
GUILE_RELATIVE = fix_for("guile", Purpose.NAME_SOURCES, *_MAPPED)
COVERAGE_MAP = Fix(
    toolchain="gcc",
    action=AddWords(("CFLAGS", "CXXFLAGS"), ("-fprofile-dir=.", "-fprofile-prefix-path=$PWD")),
    effect=Effect.REMOVES,
    reaches=(COVERAGE,),
    since="gcc 12",
    note="a file that is shipped should not be built with --coverage at all",
)
RUNPATH_FIX = Fix(
    toolchain="linker",
    action=Do(
        "give no absolute build directory as a run path: cmake -DCMAKE_BUILD_RPATH_USE_ORIGIN=ON, "
        "or -Wl,-rpath with $ORIGIN"
    ),
    effect=Effect.REMOVES,
    reaches=(RUNPATH,),
    since="cmake 3.14",
)
RUNPATH_BY_HAND = Fix(
    toolchain="linker",
    action=Do(
        "write the run path that is named by hand relative to the program: $ORIGIN/… in BUILD_RPATH, INSTALL_RPATH or "
        "-Wl,-rpath"
    ),
    effect=Effect.REMOVES,
    reaches=(RUNPATH,),
    note="the others are relative already; CMAKE_BUILD_RPATH_USE_ORIGIN leaves alone what is named by hand",
)
OUT_DIR_FIX = Fix(
    toolchain="cargo",
    action=Do(
        'keep env!("OUT_DIR") and env!("CARGO_MANIFEST_DIR") out of texts that are compiled in '
        "(let build.rs write file names without the directory), or build in one fixed directory"
    ),
    effect=Effect.REMOVES,
    reaches=(OUT_DIR,),
    note="--remap-path-prefix does not rewrite them",
)
STRINGS_FIX = Fix(
    toolchain="build script",
    action=Do(
        "write paths relative to the source tree into -D options and generated files, give libraries a soname, "
        "or build in one fixed directory"
    ),
    effect=Effect.REMOVES,
    reaches=(STRINGS,),
    note="no prefix map reaches a path that a script wrote",
)
GENERATOR_FIX = fix_for("cython, valac", Purpose.NAME_SOURCES, CYTHON)
NIM_DEPTH = Fix(
    toolchain="nim",
    action=Do("build both in directories that lie equally deep, or in one of the same name"),
    effect=Effect.REMOVES,
    reaches=(CYTHON,),
    note="nim names a module of its library after the path that leads there from the project",
)
LTO_FIX = Fix(
    toolchain="gcc",
    action=Do(
        "strip LTO bytecode from what is shipped (strip -R '.gnu.lto_*' -R '.gnu.debuglto_*'), or compile with -fno-lto"
    ),
    effect=Effect.REMOVES,
    reaches=(LTO,),
    note="the compressed bytecode keeps the working directory in spite of -ffile-prefix-map",
)
TYPES_FIX = Fix(
    toolchain="gcc",
    action=Do(
        "compile the source by a name relative to the working directory, with PWD=/proc/self/cwd in gcc's environment"
    ),
    effect=Effect.REMOVES,
    reaches=(TYPES,),
    note="no prefix map reaches .ctf and .BTF of gcc; clang's .BTF has the names that -ffile-prefix-map gives",
)
THINLTO_NAMES = Fix(
    toolchain="clang",
    action=Do(
        "name the objects of the link relative to the working directory (clang -flto=thin main.o, not /dir/main.o), "
        "or build both in one directory of the same name"
    ),
    effect=Effect.REMOVES,
    reaches=(THINLTO,),
    note="no prefix map reaches it: ThinLTO hashes the name that the linker was given",
)
CGO_FLAGS = Fix(
    toolchain="go",
    action=AddWords(("GOFLAGS",), ("-trimpath", "-ldflags=-buildid=")),
    effect=Effect.REMOVES,
    reaches=(CGO,),
    since="go 1.18",
    note="-trimpath leaves the flags out of the record, and Go's own ID covers them all the same; or give both builds "
    "the same CGO_… flags",
)
ONE_SPELLING = Fix(
    "any",
    Do(
        "name each source to the compiler in one way: where a makefile has a rule for x.o and one for x.lo, whichever "
        "runs last under make -j decides; build both with make -j1"
    ),
    Effect.REMOVES,
    (SPELLING,),
)
SAME_DIRECTORY = Fix(
    toolchain="any",
    action=Do("build both in one directory of the same name"),
    effect=Effect.REMOVES,
    reaches=(HASHED, FILES),
    note="reaches every face; bytes do not show a directory that was hashed",
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The maps of the languages in the files, then the fixes for what maps do not reach."""
    spoken = languages(context)
    found: list[Fix] = []
    if "go" in spoken:
        if set(faces) == {CGO}:
            return (CGO_FLAGS,)
        trim = () if Mapped.GO in context.mapped and not {GO, DWARF} & set(faces) else (GO_TRIM,)
        return (*trim, *(fix for fix in _REST if set(fix.reaches) & set(faces) and fix is not COMMAND_LINE))
    if "rust" in spoken:
        found.append(RUST_MAP)
    front = {"nim": (NIM_FRAMES, NIM_MAP), "vala": (VALA_MAP,), "guile": (GUILE_RELATIVE,)}
    found += [fix for language, fixes in front.items() if language in spoken for fix in fixes]
    if not spoken & front.keys() and (has_c(context) or not spoken - {"assembly"}):
        beside = C_MAP_BESIDE if context.layout in (Layout.BESIDE, Layout.RENAMED) else C_MAP
        found.append(C_MAP_OLD if _old_compiler(context) else beside)
    table = {
        "fortran": (FORTRAN_MAP,),
        "ada": (ADA_MAP,),
        "d": (LDC_PLAIN if context.has_tool("ldc") else D_MAP, D_RELATIVE),
        "haskell": (GHC_PLAIN,),
        "pascal": (PASCAL_PLAIN,),
        "crystal": (CRYSTAL_PLAIN,),
        "ocaml": (OCAML_MAP, OCAML_RELATIVE),
        "zig": (ZIG_STRIP,),
    }
    found += [fix for language, fixes in table.items() if language in spoken for fix in fixes]
    if not found:
        found.append(C_MAP)
    if spoken <= {"assembly"} and (context.has_tool("nasm") or context.has_tool("yasm")):
        found = [NASM]
    elif spoken <= {"assembly"}:
        found = [
            replace(fix, note='where a makefile calls as itself: ASFLAGS, --debug-prefix-map "$PWD"=.') for fix in found
        ]
    if context.link_time:
        found = [
            replace(fix, action=replace(fix.action, variables=("CFLAGS", "CXXFLAGS", "LDFLAGS")))
            if _is_c(fix.action)
            else fix
            for fix in found
        ]
    if context.kernel_module:
        # kbuild sets CFLAGS itself and adds these (Documentation/kbuild/kbuild.rst).
        found = [
            replace(fix, action=replace(fix.action, variables=("KCFLAGS", "KAFLAGS"))) if _is_c(fix.action) else fix
            for fix in found
        ]
    if context.layout is Layout.MAPPED:
        found = [OWN_NAME]
    elif context.layout in (Layout.RELATIVE, Layout.ELSEWHERE) and not context.has_tool("ldc"):
        found = [RELATIVE if context.layout is Layout.RELATIVE else ELSEWHERE]
    if context.recorded:
        # DW_AT_producer holds the command line, which no map reaches.
        found = [
            replace(fix, action=_with(fix.action, ("-gno-record-gcc-switches",))) if _has_map(fix.action) else fix
            for fix in found
        ]
    by_name = _maps_by_name(context)
    if by_name:
        found = [
            replace(fix, action=_with(fix.action, by_name), note=_BY_NAME) if _has_map(fix.action, "-ffile") else fix
            for fix in found
        ]
    drawn = not by_name and any(looks_random(a) and looks_random(b) for a, b in context.outside)
    if drawn or context.layout is Layout.DRAWN:
        found = _in_a_fixed_place(found, _TEMPORARY)
    elif context.layout is Layout.RENAMED:
        found = _in_a_fixed_place(found, _ONE_NAME)
    if context.partial:
        found = [replace(fix, action=Do(_LIBRARY, fix.action.line)) if _is_flags(fix.action) else fix for fix in found]
    wanted = [fix for fix in found if set(fix.reaches) & set(faces)]
    out = STRINGS_FIX if context.command_line else COMMAND_LINE
    rest = [fix for fix in _REST if set(fix.reaches) & set(faces) and fix is not out]
    if "nim" in spoken:
        rest = [NIM_DEPTH if fix is GENERATOR_FIX else fix for fix in rest]
    if Mapped.ORIGIN in context.mapped:
        rest = [RUNPATH_BY_HAND if fix is RUNPATH_FIX else fix for fix in rest]
    return tuple(wanted + rest)


_OUT = late(r"/build/[A-Za-z0-9_-]+-[0-9a-f]{16}/out(?:/|\Z)")
_RELEASE = late(r"\d+(?:[._]\d+)+")
_GLUED = late(r"(?<=-[IL])(?=/)|(?<==)(?=/)")
"""Where a directory begins in a flag."""
_AMONG_WORDS = late(r"[ =:\"'(]\0|\0[ \"')]")
_TOLD = late(
    r"(?i)\b(?:built|compiled|configured|sources?) (?:in|at|from|under)\b"
    r"|(?:build|src|source|top|work)_?dir(?:ectory)?\b"
)
_TEMPORARY = (
    "generate and compile in a directory of a fixed name (f2py: --build-dir build; scikit-build-core and meson-python: "
    "-C build-dir=build), with the map"
)
_ONE_NAME = (
    "run both builds in a build directory of one name (cmake -B build, meson setup build), and add, from the top of "
    "the source tree"
)
_LIBRARY = "in the build of the library whose sources are named here, from the top of its tree"
_BY_NAME = "the maps by name are for what lies outside of the source tree in these two builds: name your own"
_PLAIN = late(r"(?:/[\w.+@~-]+)+")
_MOST_BY_NAME = 3


def _in_a_fixed_place(found: list[Fix], place: str) -> list[Fix]:
    """One step in place of the maps of several compilers that take the same words: a map of the source tree reaches no
    drawn name, and none of a build directory."""
    first = next((fix for fix in found if _is_flags(fix.action)), None)
    if first is None or not _is_flags(first.action):
        return found
    words = first.action.words
    same = [fix.action for fix in found if _is_flags(fix.action) and fix.action.words == words]
    variables = tuple(dict.fromkeys(variable for action in same for variable in action.variables))
    step = Do(place, AddWords(variables, words).line)
    return [replace(first, action=step), *(fix for fix in found if fix.action not in same)]


def _is_flags(action: Action) -> TypeGuard[AddWords]:
    return isinstance(action, AddWords)


def _is_c(action: Action) -> TypeGuard[AddWords]:
    return isinstance(action, AddWords) and action.variables == ("CFLAGS", "CXXFLAGS")


def _has_map(action: Action, head: str = "-f") -> TypeGuard[AddWords]:
    return isinstance(action, AddWords) and any(w.startswith(head) and "-prefix-map=" in w for w in action.words)


def _with(action: AddWords, words: tuple[str, ...]) -> AddWords:
    return replace(action, words=(*action.words, *words))


def _maps_by_name(context: Context) -> tuple[str, ...]:
    """Maps of directories that changed outside of the build's own, the longer ones last: the last one that fits wins.

    Both of a pair become one name, so that the line serves both builds.
    """
    names: dict[str, str] = {}
    for a, b in context.outside[:_MOST_BY_NAME]:
        if _RELEASE.sub("#", a) == _RELEASE.sub("#", b):
            continue  # headers of two releases
        if all(_PLAIN.fullmatch(side) and not is_foreign(side) and not looks_random(side) for side in (a, b)):
            names.update({side: a.rsplit("/", 1)[-1] for side in (a, b)})
    return tuple(
        f"-ffile-prefix-map={path}={names[path]}" for path in sorted(names, key=lambda path: (len(path), path))
    )


_REST = (
    CARGO_MAP,
    TARGET_MAP,
    FORTRAN_RELATIVE,
    COMMAND_LINE,
    COVERAGE_MAP,
    RUNPATH_FIX,
    OUT_DIR_FIX,
    STRINGS_FIX,
    GENERATOR_FIX,
    LTO_FIX,
    TYPES_FIX,
    THINLTO_NAMES,
    CGO_FLAGS,
    ONE_SPELLING,
    SAME_DIRECTORY,
)


def _old_compiler(context: Context) -> bool:
    if user_compiler(context) == "clang":
        return older_than(context, "clang", 10)
    return older_than(context, "gcc", 8)


@cause(
    title="the build directory is compiled in",
    role=Role.ROOT,
    faces={
        DWARF: "debug information names the directory of the build",
        MACRO: "__FILE__, assert or a panic location holds an absolute path",
        FORTRAN: "gfortran passes the source's path to its run-time library",
        COVERAGE: "a coverage build holds the path of its .gcda file",
        ASSEMBLER: "units that GNU as wrote name the directory of the build",
        RUNPATH: "the run path names the directory of the build",
        CARGO_HOME: "sources of registry crates are named below cargo's home",
        TARGET: "files that a build script wrote are named below cargo's target directory",
        OUT_DIR: "a text made by env!() holds a directory of cargo",
        GO: "Go's file table names the directories of sources and of Go itself",
        CYTHON: "a code generator made identifiers from a path",
        THINLTO: "the path of an object went into names that ThinLTO made global",
        CGO: "flags of cgo that Go records name a directory",
        HASHED: "a directory went into a hash in a name",
        SPLIT: "split debug information names its .dwo file by path",
        STRINGS: "a library name, a note or a text from a build script holds the directory",
        SPELLING: "the compiler was given a source under two spellings, ./x.c and x.c",
        TYPES: "gcc's type information (.ctf, .BTF) names the source and its directory",
        LTO: "LTO bytecode holds the working directory",
        FILES: "a text, bytecode or another file beside the programs holds the directory",
    },
    fixes=(
        C_MAP,
        RUST_MAP,
        GO_TRIM,
        C_MAP_OLD,
        FORTRAN_MAP,
        ADA_MAP,
        D_MAP,
        D_RELATIVE,
        OCAML_MAP,
        OCAML_RELATIVE,
        ZIG_STRIP,
        LDC_PLAIN,
        GHC_PLAIN,
        PASCAL_PLAIN,
        NIM_FRAMES,
        NIM_MAP,
        VALA_MAP,
        CRYSTAL_PLAIN,
        GUILE_RELATIVE,
        NASM,
        C_MAP_BESIDE,
        RELATIVE,
        OWN_NAME,
        ELSEWHERE,
        *_REST,
        RUNPATH_BY_HAND,
        NIM_DEPTH,
    ),
    references=(
        "Reproducible Builds, build path: https://reproducible-builds.org/docs/build-path/",
        "GCC manual, -ffile-prefix-map: https://gcc.gnu.org/onlinedocs/gcc/Overall-Options.html",
        "rustc book, remap source paths: https://doc.rust-lang.org/rustc/remap-source-paths.html",
        "BUILD_PATH_PREFIX_MAP: https://reproducible-builds.org/specs/build-path-prefix-map/",
        "Go, -trimpath: https://pkg.go.dev/cmd/go#hdr-Compile_packages_and_dependencies",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """One match a face, all with one summary; a face is as sure as the surest directory pair that it shows."""
    groups: dict[tuple[str, str], list[PathChange]] = defaultdict(list)
    for change in build_paths(evidence):
        groups[change.a_directory, change.b_directory].append(change)
    if compiler_changed(evidence):
        # Another compiler brings its own library, whose folders are named by their place in its source.
        groups = {pair: changes for pair, changes in groups.items() if all(map(is_build_place, pair))}
    mangled = [item for item in evidence.of(SymbolRenamed) if item.scheme == "mangled-path"]
    lone = list(lone_directories(evidence))
    run_paths = [item for item in evidence.of(DynamicChange) if _is_run_path(item)]
    lines = [item for item in evidence.of(FlagChange) if _is_command_line(item)]
    yield from _erased(evidence)
    yield from _module_names(evidence)
    yield from _cgo_flags(evidence)
    yield from _spelled(evidence)
    if not groups and not mangled and not lone and not run_paths and not lines:
        return
    spoken = languages(evidence.context)
    assembler_only = _assembler_only([change for changes in groups.values() for change in changes])
    found: dict[str, tuple[list[Evidence], list[Proof]]] = defaultdict(lambda: ([], []))
    releases = released_headers(evidence)
    times = {(fact.a.offset, fact.a.length) for fact in evidence.of(TimeChange) if fact.a is not None}
    for pair, changes in groups.items():
        sure = Proof.CONSISTENT if pair in releases else _proof(changes)
        if sure is Proof.CONSISTENT and any(
            _is_beside_a_time(change, times) or is_of_a_release(change, evidence) for change in changes
        ):
            sure = Proof.SHAPE
        for change in changes:
            facts, levels = found[_face(change, spoken, assembler_only, evidence.context)]
            facts.append(change)
            levels.append(sure)
    ordered = sorted(groups, key=lambda pair: -len(groups[pair]))
    directories = (
        [side for pair in ordered for side in pair]
        or [side for item in lone for side in (item.a_directory, item.b_directory)]
        or [side for item in lines for pair in changed_paths(*_joined(item)) for side in pair]
    )
    for name in mangled:
        sure = (
            Proof.REPLAYED if any(_mangled(side) in (name.a_part, name.b_part) for side in directories) else Proof.SHAPE
        )
        found[CYTHON][0].append(name)
        found[CYTHON][1].append(sure)
    repeated = {item: sum(_pair(other) == _pair(item) for other in lone) for item in lone}
    for text in lone:
        known = any(
            (text.a_directory + "/").startswith(a + "/") and (text.b_directory + "/").startswith(b + "/")
            for a, b in groups
        )
        face = FILES if evidence.context.plain else _lone_face(text.fact.section or "", spoken)
        named = "rust" in spoken or _is_told(text)
        found[face][0].append(text.fact)
        found[face][1].append(
            Proof.REPLAYED if known else Proof.SHAPE if named or repeated[text] > 1 else Proof.CONSISTENT
        )
    for line in lines:
        found[STRINGS][0].append(line)
        found[STRINGS][1].append(Proof.REPLAYED)
    for entry in run_paths:
        found[RUNPATH][0].append(entry)
        found[RUNPATH][1].append(Proof.SHAPE)
    summary = _summary(ordered, directories, run_paths)
    note = (
        "a part of the directory looks random: a new one is made for every build"
        if any(map(looks_random, directories))
        else None
    )
    for face, (facts, levels) in found.items():
        level = min(levels, key=list(Proof).index)
        if level is Proof.CONSISTENT and (tools_differ(evidence) or dependencies_differ(evidence)):
            # Another compiler brings its own library's paths, and so do other releases of anything.
            continue
        yield Claim(face, tuple(facts), level, summary, note)


def _erased(evidence: EvidenceSet) -> Iterator[Claim]:
    """Run paths that an install step overwrote with NULs: what they were is gone, how long they were is not."""
    for hole in evidence.of(ErasedRunPath):
        both = bool(hole.a_length and hole.b_length)
        alone = not besides(evidence, ErasedRunPath)
        yield Claim(
            RUNPATH,
            (hole,),
            Proof.REPLAYED if both and alone else Proof.SHAPE,
            f"a run path of {hole.a_length} bytes was erased in a, one of {hole.b_length} bytes in b",
            None if both else "only one side was installed, or went through chrpath",
        )


def _module_names(evidence: EvidenceSet) -> Iterator[Claim]:
    """Nothing but hashes differs, and one of them is ThinLTO's, made of the name of a module of the link."""
    names = tuple(item for item in evidence.of(SymbolRenamed) if item.scheme == "llvm-suffix")
    if names and evidence.context.only_hashes_differ and "rust" not in languages(evidence.context):
        yield Claim(
            THINLTO,
            names,
            Proof.SHAPE,
            f"{names[0].symbol or names[0].a_part}: its suffix is a hash of the name of a module",
            "without an absolute name among the objects of the link, it was other bitcode that makes equal code",
        )


def _spelled(evidence: EvidenceSet) -> Iterator[Claim]:
    """Sources that the compiler was given as ./x.c in one build and as x.c in the other."""
    changes = tuple(evidence.of(SpellingChange))
    if changes and changes[0].a and changes[0].b:
        shown = f"the compiler was given {changes[0].a.value} in a, {changes[0].b.value} in b"
        yield Claim(SPELLING, changes, Proof.SHAPE, shown)


def _cgo_flags(evidence: EvidenceSet) -> Iterator[Claim]:
    """Flags of cgo that are equal but for the directories in them."""
    for change in evidence.of(GoSettingChange):
        apart = (_GLUED.sub(" ", value or "") for value in (change.a_value, change.b_value))
        pairs = changed_paths(*apart) if change.key.startswith("CGO_") else []
        if pairs:
            yield Claim(
                CGO,
                (change,),
                Proof.REPLAYED,
                f"{change.key}: {became(*pairs[0])}",
            )


def _is_beside_a_time(change: PathChange, times: set[tuple[int, int]]) -> bool:
    """True for a source below places of builds, in a text in which a time is all else that changed."""
    if change.a is None or (change.a.offset, change.a.length) not in times or not SOURCE_SUFFIX.search(change.tail):
        return False
    return all(map(is_build_place, (change.a_directory, change.b_directory)))


def _proof(changes: list[PathChange]) -> Proof:
    """How sure it is that this directory pair is two places of a build."""
    if not changes[0].a_directory.startswith("/") and not changes[0].b_directory.startswith("/"):
        return Proof.SHAPE  # a folder of the source may have another name
    if any(change.place in _DEBUG or change.place in (PathPlace.GO_TABLE, PathPlace.LTO) for change in changes):
        return Proof.REPLAYED
    if any(change.exact and SOURCE_SUFFIX.search(change.tail) for change in changes):
        return Proof.REPLAYED
    exact = {change.tail for change in changes if change.exact}
    places = all(is_build_place(side) for side in (changes[0].a_directory, changes[0].b_directory))
    if len(exact) >= 2 and places and not any(is_installed_part(tail) for tail in exact):
        return Proof.REPLAYED
    if not exact or (not places and all(is_installed_part(tail) for tail in exact)):
        return Proof.CONSISTENT
    # One file that is no source, in somebody's home: a default that the source names looks the same.
    named = any(is_only_for_builds(side) for side in (changes[0].a_directory, changes[0].b_directory))
    return Proof.SHAPE if named or len(exact) > 1 or _is_no_text(changes) else Proof.CONSISTENT


def _is_no_text(changes: list[PathChange]) -> bool:
    return any(change.place is not PathPlace.TEXT for change in changes)


def _is_told(item: LoneDirectory) -> bool:
    """True if a directory by its name, or the text around it, is of a build; a home may be anything's."""
    said = item.fact.context if isinstance(item.fact, WordChange) else item.fact.a.value if item.fact.a else ""
    told = _TOLD.search(f"{item.fact.symbol or ''} {said}")
    return bool(told) or any(map(is_only_for_builds, (item.a_directory, item.b_directory)))


def _pair(item: LoneDirectory) -> tuple[str, str]:
    return item.a_directory, item.b_directory


def _is_past_maps(change: PathChange, context: Context) -> bool:
    """True for a text that the compiler did not write: the map that reaches its own is in force in both builds.

    Where debug information alone shows a map, __FILE__ may be left out of it: then the text names what was compiled.
    """
    if change.place is not PathPlace.TEXT:
        return False
    if Mapped.C_FILES in context.mapped or (Mapped.GO in context.mapped and context.languages == ("go",)):
        return True
    if not {Mapped.C, Mapped.RUST} & context.mapped:
        return False
    return not any(f"/{change.tail}".endswith(f"/{name}") for name in context.sources)


def _face(change: PathChange, spoken: frozenset[str], assembler_only: bool, context: Context) -> str:
    """Where the path stands, by what would reach it."""
    if _is_past_maps(change, context):
        return OUT_DIR if Mapped.RUST in context.mapped and "rust" in spoken else STRINGS
    whole = joined(change.a_directory, change.tail)
    if change.place is PathPlace.FILE:
        return FILES
    if change.place is PathPlace.LTO:
        return LTO
    if change.section in (".ctf", ".BTF"):
        return TYPES
    if change.place is PathPlace.RUNPATH:
        return RUNPATH
    if change.place is PathPlace.NEEDED:
        return STRINGS
    if change.tail.endswith(".gcda"):
        return COVERAGE
    if change.tail.endswith(".dwo"):
        return SPLIT
    if "/registry/src/" in whole or "/git/checkouts/" in whole:
        return CARGO_HOME
    if change.place is PathPlace.GO_TABLE or "go" in spoken:
        return GO
    if change.place in _DEBUG:
        return ASSEMBLER if assembler_only else DWARF
    if change.place is PathPlace.SYMBOL:
        return STRINGS
    if FORTRAN_SUFFIX.search(change.tail):
        return FORTRAN
    if _is_written_out(change):
        return OUT_DIR
    if SOURCE_SUFFIX.search(change.tail) or change.section == ".rmeta":
        return TARGET if is_target_moved(change) else MACRO
    return OUT_DIR if "rust" in spoken else STRINGS


def _is_written_out(change: PathChange) -> bool:
    """True for a file in cargo's OUT_DIR that a longer text names: the generated code says so, not the compiler."""
    if not _OUT.search(joined(change.a_directory, change.tail)) or change.a is None:
        return False
    return bool(_AMONG_WORDS.search(change.a.value.replace(joined(change.a_directory, change.tail), "\0")))


def _lone_face(section: str, spoken: frozenset[str]) -> str:
    """Where a directory stands that changed together with other parts of its text, or alone."""
    if section.startswith(".gnu."):
        return LTO
    if section in (".ctf", ".BTF"):
        return TYPES
    if section.startswith((".debug", ".zdebug")):
        return DWARF
    if section == ".rmeta":
        return MACRO  # rustc keeps there what panic locations of other crates will say
    return OUT_DIR if "rust" in spoken else STRINGS


def _assembler_only(changes: list[PathChange]) -> bool:
    directories = [change for change in changes if change.place is PathPlace.DEBUG_DIRECTORY]
    return bool(directories) and all(change.assembler for change in directories)


def _is_run_path(item: DynamicChange) -> bool:
    """Two absolute run paths outside the system; one on one side only is a matter of link flags."""
    if item.tag.removeprefix("DT_") not in ("RUNPATH", "RPATH") or not item.a_value or not item.b_value:
        return False
    sides = [[part for part in value.split(":") if part.startswith("/")] for value in (item.a_value, item.b_value)]
    return all(sides) and all(not is_foreign(part) and is_build_place(part) for side in sides for part in side)


def _is_command_line(item: FlagChange) -> bool:
    """True if a recorded command line differs in directories of builds and in nothing else."""
    pairs = changed_paths(*_joined(item))
    return bool(pairs) and all(is_build_place(side) and not is_foreign(side) for pair in pairs for side in pair)


def _joined(item: FlagChange) -> tuple[str, str]:
    return " ".join(item.a_flags), " ".join(item.b_flags)


def _mangled(directory: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in directory.strip("/"))


def _summary(pairs: list[tuple[str, str]], directories: list[str], run_paths: list[DynamicChange]) -> str:
    if not directories:
        first = run_paths[0] if run_paths else None
        return became(first.a_value or "", first.b_value or "") if first else "identifiers hold another path"
    more = len(pairs) - 1
    text = became(directories[0], directories[1])
    return f"{text}, and {more} more {'directory' if more == 1 else 'directories'}" if more > 0 else text
