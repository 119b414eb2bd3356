"""The toolchain or the system it builds against stands in another directory.

## What it looks like

Rust's standard library, with and without the rust-src component, in a panic location:

    a  /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/fmt/mod.rs
    b  /root/.rustup/toolchains/stable-x86_64-unknown-linux-gnu/lib/rustlib/src/rust/library/core/src/fmt/mod.rs

A compiler's own headers in `.debug_line`: `/opt/gcc-12/lib/gcc/x86_64-linux-gnu/12/include` and
`/usr/lib/gcc/x86_64-linux-gnu/12/include`; a sysroot or Android NDK below a user's home; another dynamic loader in
PT_INTERP.

## Why it happens

Headers that the compiler includes are recorded by their full path. rustc writes `/rustc/<commit>/…` for its library,
unless the component rust-src is installed, which gives it a real file to name. A loader's path is chosen by the
toolchain's configuration.

## How to be sure

The paths lead to the same file of a toolchain, and every version in them is the same: only the place differs. If a
version in them differs, it is another toolchain, and that is the finding instead. After `strip` only the build ID
shows it: then compare the unstripped files.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import AddWords, Do
from elfdiff.causes._facts import became, besides, build_id_differs, tools_differ
from elfdiff.causes._places import is_rust_source, is_toolchain, whole
from elfdiff.causes._tools import languages
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import Context, EvidenceSet, PathChange, PathPlace, WordChange, WordKind
from elfdiff.report import Effect, Fix, Role

_RUST_SRC = Fix(
    "rustc",
    Do("install the same rustup components on both builders (rustup component list --installed; rust-src is the one)"),
    Effect.REMOVES,
    ("path-rust-src-component",),
)
_RUST_MAP = Fix(
    "rustc",
    AddWords(
        ("RUSTFLAGS",),
        (
            "--remap-path-prefix=$(rustc --print sysroot)/lib/rustlib/src/rust="
            "/rustc/$(rustc -vV | sed -n 's/^commit-hash: //p')",
        ),
    ),
    Effect.REMOVES,
    ("path-rust-src-component", "path-sysroot-toolchain-install"),
)
_C_MAP = Fix(
    "gcc, clang",
    Do(
        "map the toolchain's own directory too, each builder its own: "
        "-ffile-prefix-map=DIRECTORY=/toolchain in CFLAGS and CXXFLAGS"
    ),
    Effect.REMOVES,
    ("path-sysroot-toolchain-install",),
    since="gcc 8, clang 10",
)
_SAME = Fix(
    "any",
    Do("install the toolchain and sysroot under one path on both builders (a container image does)"),
    Effect.REMOVES,
    ("path-sysroot-toolchain-install", "path-rust-src-component"),
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """Rust's library first where it is the face; the map for C only if there is C."""
    found: list[Fix] = []
    if "path-rust-src-component" in faces:
        found += [_RUST_SRC, _RUST_MAP]
    if "path-sysroot-toolchain-install" in faces:
        if languages(context) & {"c", "c++"}:
            found.append(_SAME)
            found.append(_C_MAP)
        else:
            found.append(_SAME)
    return tuple(found)


@cause(
    title="the toolchain stands in another directory",
    role=Role.ROOT,
    faces={
        "path-rust-src-component": "Rust's library is named by its real path on one side (rust-src is installed)",
        "path-sysroot-toolchain-install": "a compiler, sysroot or loader stands in another directory",
    },
    fixes=(_RUST_SRC, _RUST_MAP, _SAME, _C_MAP),
    references=(
        "cargo book, unstable features, trim-paths: on the rust-src component; rust-lang/cargo PR 14951",
        "dart-lang/sdk#52506 (the NDK's path changes the build ID)",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    if tools_differ(evidence) or any(word.kind is WordKind.RUSTC_COMMIT for word in evidence.of(WordChange)):
        return
    changes = [change for change in evidence.of(PathChange) if is_toolchain(change)]
    rust = [change for change in changes if is_rust_source(change)]
    places = [change for change in changes if not is_rust_source(change)]
    if rust:
        yield Claim(
            "path-rust-src-component",
            tuple(rust),
            Proof.REPLAYED,
            became(rust[0].a_directory, rust[0].b_directory),
        )
    if places:
        # A build ID covers the interpreter's path, and patchelf leaves the ID as it was.
        linked = build_id_differs(evidence) and not besides(evidence, PathChange)
        loader = all(change.place is PathPlace.INTERPRETER for change in places) and not linked
        yield Claim(
            "path-sysroot-toolchain-install",
            tuple(places),
            Proof.SHAPE if loader else Proof.REPLAYED,
            became(whole(places[0], "a"), whole(places[0], "b")),
            "patchelf --set-interpreter does the same after the link" if loader else None,
        )
