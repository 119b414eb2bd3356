"""Pairs of one program in two directories, and pairs in which nothing was planted."""

from __future__ import annotations

from .common import (
    ABSOLUTE,
    CALC,
    CARGO_DEBUG,
    FMTD,
    GOSUM,
    HEAT,
    PLAIN,
    QUEUE,
    RELATIVE,
    RING,
    RPLAIN,
    RTOOL,
    RUST_DEBUG,
    START,
    STORE,
    STORE_ARCHIVE,
    STORE_OBJECT,
    STORE_TOOL,
    STRIPPED,
    TREE,
    WORDS,
    G,
    both,
    env,
    pair,
)
from .model import Pair
from .plants import LONGER, SAME_LENGTH, build_path, clock, nothing


def null_pairs() -> list[Pair]:
    """Nothing planted: built twice."""
    identical = ("identical",)
    return [
        pair("null-calc", CALC, nothing(), verdicts=identical, quick=True),
        pair(
            "null-words-path-relative-no-g",
            WORDS,
            build_path(),
            on=both(PLAIN, RELATIVE),
            silent=True,
            verdicts=identical,
        ),
        pair("null-rtool", RTOOL, nothing(), verdicts=identical),
        pair("null-rtool-two-directories", RTOOL, build_path(), silent=True, verdicts=identical),
        pair("null-gosum", GOSUM, nothing(), verdicts=identical),
        pair("null-gosum-trimpath", GOSUM, build_path(), on=env(GOFLAGS="-trimpath"), silent=True, verdicts=identical),
        pair("null-heat-clock", HEAT, clock(), silent=True, verdicts=identical),
        pair("null-store-archive", STORE_ARCHIVE, clock(), silent=True, verdicts=identical),
    ]


def path_pairs() -> list[Pair]:
    """build-path in every language that records it."""
    return [
        pair("path-calc-g", CALC, build_path(), quick=True),
        pair("path-calc-g-same-length", CALC, build_path(SAME_LENGTH)),
        pair("path-calc-g-dwarf4", CALC, build_path(LONGER), on=both(G, env(CFLAGS="-gdwarf-4"))),
        pair("path-calc-g-relative", CALC, build_path(LONGER), on=both(G, RELATIVE)),
        pair("path-calc-gz", CALC, build_path(), on=both(G, env(CFLAGS="-gz"))),
        pair("path-calc-macro-only", CALC, build_path(), on=PLAIN, quick=True),
        pair("path-calc-macro-same-length", CALC, build_path(SAME_LENGTH), on=PLAIN),
        pair("path-calc-macro-stripped", CALC, build_path(LONGER), on=both(PLAIN, STRIPPED)),
        pair("path-calc-gcc11", CALC, build_path(), on=both(G, env(CC="gcc-11"))),
        pair("path-calc-clang", CALC, build_path(), on=both(G, env(CC="clang"))),
        pair("path-calc-clang-lld", CALC, build_path(LONGER), on=both(G, env(CC="clang", LDFLAGS="-fuse-ld=lld"))),
        pair("path-calc-gold", CALC, build_path(), on=both(G, env(LDFLAGS="-fuse-ld=gold"))),
        pair("path-calc-mold", CALC, build_path(), on=both(G, env(LDFLAGS="-fuse-ld=mold"))),
        pair("path-calc-no-pie", CALC, build_path(LONGER), on=both(G, env(CFLAGS="-no-pie -fno-pie"))),
        pair("path-calc-O0", CALC, build_path(), on=env(CFLAGS="-O0 -g")),
        pair("path-store-so", STORE, build_path(), on=both(G, ABSOLUTE)),
        pair("path-store-so-stripped", STORE, build_path(LONGER), on=both(PLAIN, ABSOLUTE, STRIPPED)),
        pair("path-store-object", STORE_OBJECT, build_path(), on=both(G, ABSOLUTE)),
        pair("path-store-object-relative", STORE_OBJECT, build_path()),
        pair("path-store-archive", STORE_ARCHIVE, build_path()),
        pair("path-words-g", WORDS, build_path()),
        pair("path-words-macro", WORDS, build_path(LONGER), on=both(PLAIN, STRIPPED)),
        pair("path-words-clang", WORDS, build_path(), on=both(G, env(CXX="clang++"))),
        pair("path-rplain-panic", RPLAIN, build_path(), quick=True),
        pair("path-rplain-debug", RPLAIN, build_path(SAME_LENGTH), on=RUST_DEBUG),
        pair("path-rplain-stripped", RPLAIN, build_path(LONGER), on=env(RUSTFLAGS="-C strip=symbols")),
        pair("path-rtool-debug", RTOOL, build_path(), on=CARGO_DEBUG),
        pair("path-gosum", GOSUM, build_path(), quick=True),
        pair("path-gosum-same-length", GOSUM, build_path(SAME_LENGTH)),
        pair("path-gosum-no-symbols", GOSUM, build_path(), on=env(GO_LDFLAGS="-s -w")),
        pair("path-heat-runtime", HEAT, build_path(), curable=False),
        pair("path-heat-relative", HEAT, build_path(), on=both(G, RELATIVE)),
        pair("path-queue", QUEUE, build_path(), curable=False),
        pair("path-fmtd-assert", FMTD, build_path(), curable=False),
        pair("path-fmtd-relative", FMTD, build_path(), on=both(G, RELATIVE)),
        pair("path-tree", TREE, build_path()),
        pair("path-ring", RING, build_path(), on=env(ZIGFLAGS="-O ReleaseSafe"), curable=False),
        pair("path-start", START, build_path()),
        pair("path-store-rpath", STORE_TOOL, build_path(), on=both(PLAIN, env(RPATH="$(CURDIR)/out")), curable=False),
        pair("path-calc-printed", CALC, build_path(), on=both(PLAIN, RELATIVE, env(STAMPS="directory")), curable=False),
        pair("path-calc-aarch64", CALC, build_path(), on=both(G, env(CC="aarch64-linux-gnu-gcc"))),
        pair("path-calc-s390x", CALC, build_path(LONGER), on=both(G, env(CC="s390x-linux-gnu-gcc"))),
        pair("path-calc-powerpc", CALC, build_path(), on=both(PLAIN, env(CC="powerpc-linux-gnu-gcc"))),
        pair("path-store-armhf", STORE, build_path(LONGER), on=both(G, ABSOLUTE, env(CC="arm-linux-gnueabihf-gcc"))),
        pair("path-store-riscv64", STORE, build_path(), on=both(G, ABSOLUTE, env(CC="riscv64-linux-gnu-gcc"))),
        pair("path-store-i686", STORE, build_path(), on=both(G, ABSOLUTE, env(CC="i686-linux-gnu-gcc"))),
    ]
