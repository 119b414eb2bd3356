"""The programs that pairs are built from, what both sides of a pair may have in common, and one pair of them."""

from __future__ import annotations

from .model import NOTHING, Change, Pair, Plant, Program
from .plants import (
    roots,
    strip,
)

CALC = Program("calc", "out/calc", ("gcc",))
STORE = Program("store", "out/libstore.so", ("gcc", "make"))
STORE_TOOL = Program("store", "out/store", ("gcc", "make"))
STORE_ARCHIVE = Program("store", "out/libstore.a", ("gcc", "make", "ar"))
STORE_OBJECT = Program("store", "out/table.o", ("gcc", "make"))
WORDS = Program("words", "out/words", ("g++",))
RTOOL = Program("rtool", "out/rtool", ("cargo",))
RLOCKED = Program("rlocked", "out/rlocked", ("cargo", "objcopy"))
RPLAIN = Program("rplain", "out/rplain", ("rustc",))
GOSUM = Program("gosum", "out/gosum", ("go",))
HEAT = Program("heat", "out/heat", ("gfortran",))
QUEUE = Program("queue", "out/queue", ("gnatmake",))
FMTD = Program("fmtd", "out/fmtd", ("gdc",))
TREE = Program("tree", "out/tree", ("ocamlopt",))
RING = Program("ring", "out/ring", ("zig",))
START = Program("start", "out/start", ("gcc",))
BZIP2 = Program("bzip2", "out/bzip2", ("gcc",), package="bzip2")
LUA = Program("lua", "out/lua5.4", ("gcc",), package="lua5.4")
LZ4 = Program("lz4", "out/lz4", ("gcc",), package="lz4")
TINYXML = Program("tinyxml2", "out/tinyxml2", ("g++",), package="tinyxml2")
DEBIAN_TREE = Program("debian-tree", "out/tree", ("gcc",), package="tree")
ZLIB = Program("zlib", "out/zlib", ("gcc",), package="zlib")

G = Change(
    env={
        "CFLAGS": "-O2 -g",
        "CXXFLAGS": "-O2 -g",
        "FFLAGS": "-O2 -g",
        "ADAFLAGS": "-O2 -g",
        "DFLAGS": "-O2 -g",
        "OCAMLFLAGS": "-g",
        "ASFLAGS": "-g",
        "ZIGFLAGS": "-O ReleaseSafe",
    }
)
PLAIN = Change(env={"CFLAGS": "-O2", "CXXFLAGS": "-O2", "FFLAGS": "-O2", "ADAFLAGS": "-O2", "DFLAGS": "-O2"})
RELATIVE = Change(env={"SOURCE_PREFIX": ""})
STRIPPED = strip()
RUST_DEBUG = Change(env={"RUSTFLAGS": "-C debuginfo=2"})
CARGO_DEBUG = Change(env={"CARGO_PROFILE_RELEASE_DEBUG": "2"})
OUTSIDE = Change(env={"LAYOUT": "outside"})
ABSOLUTE = Change(env={"ASSERTS": "absolute"})


def both(*changes: Change) -> Change:
    """Several changes, in order."""
    result = NOTHING
    for change in changes:
        result = result.merged(change)
    return result


def env(**values: str) -> Change:
    """Variables for both sides."""
    return Change(env=values)


def pair(
    name: str,
    program: Program,
    *plants: Plant,
    on: Change = G,
    tolerated: tuple[str, ...] = (),
    verdicts: tuple[str, ...] = (),
    silent: bool = False,
    curable: bool = True,
    quick: bool = False,
    instead: tuple[tuple[str, str], ...] = (),
) -> Pair:
    """One pair; with -g and -O2 where the program's compiler has them, unless ``on`` says otherwise."""
    return Pair(name, program, plants, on, roots(*tolerated), instead, verdicts, silent, curable, quick)
