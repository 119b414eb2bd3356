"""Pairs of Rust's own causes, and of two toolchains."""

from __future__ import annotations

from .common import CALC, OUTSIDE, PLAIN, RELATIVE, RLOCKED, RPLAIN, RTOOL, STORE, STRIPPED, WORDS, both, env, pair
from .model import NOTHING, Pair, Plant
from .plants import LONGER, OTHER_LENGTH, SAME_LENGTH, build_path, environment, flag


def rust_pairs() -> list[Pair]:
    """rust-metadata, incremental-build, profiles and dependencies."""
    incremental = environment("incremental-build", "CARGO_INCREMENTAL", "0", "1")
    unlocked = environment("dependency-version", "LOCK", "committed", "ignored")
    return [
        pair("lock-rlocked", RLOCKED, unlocked, on=NOTHING, quick=True),
        pair("lock-rlocked-auditable", RLOCKED, unlocked, on=env(AUDITABLE="1")),
        pair("lock-rlocked-auditable-stripped", RLOCKED, unlocked, on=both(env(AUDITABLE="1"), STRIPPED)),
        pair("lock-rlocked-and-path", RLOCKED, unlocked, build_path(), on=env(AUDITABLE="1")),
        pair("path-rlocked-vendored", RLOCKED, build_path(LONGER), on=NOTHING),
        pair(
            "metadata-rtool-outside",
            RTOOL,
            build_path(OTHER_LENGTH, "rust-metadata", "build-path"),
            on=OUTSIDE,
            quick=True,
        ),
        pair(
            "metadata-rtool-outside-same-length",
            RTOOL,
            build_path(SAME_LENGTH, "rust-metadata", "build-path"),
            on=OUTSIDE,
        ),
        pair(
            "metadata-rtool-outside-remapped",
            RTOOL,
            build_path(OTHER_LENGTH, "rust-metadata"),
            on=both(OUTSIDE, env(RUSTFLAGS="--remap-path-prefix={top}=/src")),
        ),
        pair("incremental-rtool", RTOOL, incremental, on=NOTHING, quick=True),
        pair("incremental-rtool-dev", RTOOL, incremental, on=env(PROFILE="dev")),
        pair("incremental-rtool-dev-no-debug", RTOOL, incremental, on=env(PROFILE="dev", CARGO_PROFILE_DEV_DEBUG="0")),
        pair(
            "features-rtool",
            RTOOL,
            flag("CARGO_FLAGS", "", "--features loud"),
            on=NOTHING,
            curable=False,
            tolerated=("rust-metadata", "source-change", "configure-result"),
        ),
        pair(
            "units-rtool",
            RTOOL,
            flag("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16", "1", "parallel-build"),
            on=NOTHING,
            curable=False,
            tolerated=("build-flags",),
        ),
        pair(
            "profile-rtool",
            RTOOL,
            flag("PROFILE", "release", "dev"),
            on=NOTHING,
            curable=False,
            tolerated=("incremental-build",),
        ),
        pair(
            "native-rplain",
            RPLAIN,
            flag("RUSTFLAGS", "", "-C target-cpu=native", "host-cpu"),
            on=RELATIVE,
            curable=False,
            instead=(("host-cpu", "build-flags"),),
        ),
    ]


def toolchain_pairs() -> list[Pair]:
    """toolchain-version, build-flags, host-cpu."""

    def compilers(one: str, other: str, name: str = "CC") -> Plant:
        return environment("toolchain-version", name, one, other)

    return [
        pair("compiler-calc-gcc11", CALC, compilers("gcc-11", "gcc-12"), curable=False, quick=True),
        pair("compiler-calc-clang", CALC, compilers("gcc-12", "clang"), curable=False, tolerated=("build-flags",)),
        pair(
            "compiler-words",
            WORDS,
            compilers("g++", "clang++", "CXX"),
            on=PLAIN,
            curable=False,
            tolerated=("build-flags",),
        ),
        pair("compiler-store-stripped", STORE, compilers("gcc-11", "gcc-12"), on=both(PLAIN, STRIPPED), curable=False),
        pair(
            "linker-calc-mold",
            CALC,
            flag("LDFLAGS", "", "-fuse-ld=mold", "toolchain-version"),
            curable=False,
            tolerated=("build-flags",),
        ),
        pair(
            "linker-store-gold",
            STORE,
            flag("LDFLAGS", "", "-fuse-ld=gold", "toolchain-version"),
            on=PLAIN,
            curable=False,
            tolerated=("build-flags",),
        ),
        pair("flags-calc-O1", CALC, flag("CFLAGS", "-O2 -g", "-O1 -g"), on=NOTHING, curable=False, quick=True),
        pair(
            "flags-calc-O1-no-g",
            CALC,
            flag("CFLAGS", "-O2", "-O1"),
            on=NOTHING,
            curable=False,
            tolerated=("source-change",),
        ),
        pair("flags-words-stack-protector", WORDS, flag("CXXFLAGS", "", "-fstack-protector-all"), curable=False),
        pair("flags-calc-fortify", CALC, flag("CPPFLAGS", "", "-D_FORTIFY_SOURCE=2"), on=PLAIN, curable=False),
        pair("flags-calc-now", CALC, flag("LDFLAGS", "", "-Wl,-z,now"), on=PLAIN, curable=False),
        pair("flags-calc-gz", CALC, flag("CFLAGS", "", "-gz"), curable=False),
        pair("flags-calc-debug", CALC, flag("CFLAGS", "", "-g"), on=PLAIN, curable=False),
        pair("native-calc", CALC, flag("CFLAGS", "", "-march=native", "host-cpu"), curable=False),
        pair(
            "native-words",
            WORDS,
            flag("CXXFLAGS", "", "-march=native", "host-cpu"),
            on=PLAIN,
            curable=False,
            instead=(("host-cpu", "build-flags"),),
        ),
    ]
