"""The pairs: every one names its program, what was planted, and nothing that a report could have told."""

from __future__ import annotations

from .model import NOTHING, Change, Edit, Pair, Plant, Program
from .plants import (
    LONGER,
    OTHER_LENGTH,
    RANDOM,
    SAME_LENGTH,
    after,
    build_path,
    clock,
    debug_link,
    edit,
    environment,
    flag,
    nothing,
    roots,
    source_times,
    strip,
)
from .workshop import CLOCK

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


def time_pairs() -> list[Pair]:
    """build-time and file-times."""
    return [
        pair("time-calc-macro", CALC, clock(CFLAGS="-DWITH_DATE"), quick=True),
        pair("time-calc-macro-seconds", CALC, clock(7, CFLAGS="-DWITH_DATE"), on=PLAIN),
        pair("time-calc-macro-gcc11", CALC, clock(CFLAGS="-DWITH_DATE", CC="gcc-11"), on=both(PLAIN, STRIPPED)),
        pair("time-calc-macro-clang14", CALC, clock(CFLAGS="-DWITH_DATE", CC="clang"), curable=False),
        pair("time-calc-date", CALC, clock(STAMPS="date")),
        pair("time-calc-epoch", CALC, clock(STAMPS="epoch"), on=PLAIN),
        pair("time-calc-day", CALC, clock(STAMPS="day")),
        pair("time-calc-stubborn", CALC, clock(STAMPS="stubborn-date")),
        pair("time-calc-year", CALC, clock(40 * 86400, STAMPS="year"), on=PLAIN),
        pair("time-store-date", STORE, clock(STAMPS="date"), on=both(PLAIN, STRIPPED)),
        pair("time-words-macro", WORDS, clock(CXXFLAGS="-DWITH_DATE")),
        pair("time-words-mail-date", WORDS, clock(STAMPS="mail-date"), on=PLAIN),
        pair("time-rtool-date", RTOOL, clock(STAMPS="date"), on=NOTHING, quick=True),
        pair("time-rtool-epoch", RTOOL, clock(STAMPS="epoch"), on=NOTHING),
        pair("time-rplain-date", RPLAIN, clock(STAMPS="date"), on=NOTHING),
        pair("time-gosum-date", GOSUM, clock(STAMPS="date"), on=NOTHING),
        pair("time-fmtd-none-but-other-date", FMTD, clock(), silent=True, verdicts=("identical",)),
        pair("mtime-calc", CALC, source_times(CFLAGS="-DWITH_TIMESTAMP"), quick=True),
        pair("mtime-words", WORDS, source_times(31, CXXFLAGS="-DWITH_TIMESTAMP"), on=PLAIN),
        pair("mtime-calc-stripped", CALC, source_times(CFLAGS="-DWITH_TIMESTAMP"), on=both(PLAIN, STRIPPED)),
    ]


def locale_pairs() -> list[Pair]:
    """locale and time-zone."""
    german = ("C", "de_DE.UTF-8")
    return [
        pair("locale-calc-month", CALC, environment("locale", "LC_ALL", *german, STAMPS="month"), quick=True),
        pair(
            "locale-words-month",
            WORDS,
            environment("locale", "LC_ALL", "fr_FR.UTF-8", "en_US.UTF-8", STAMPS="month"),
            on=PLAIN,
        ),
        pair("locale-rtool-month", RTOOL, environment("locale", "LC_ALL", *german, STAMPS="month"), on=NOTHING),
        pair(
            "locale-calc-order",
            CALC,
            environment("locale", "LC_ALL", "C", "en_US.UTF-8", LINK_ORDER="locale"),
            quick=True,
            tolerated=("link-order",),
        ),
        pair(
            "locale-calc-order-no-g",
            CALC,
            environment("locale", "LC_ALL", "C", "en_US.UTF-8", LINK_ORDER="locale"),
            on=PLAIN,
            tolerated=("link-order",),
        ),
        pair(
            "locale-words-order",
            WORDS,
            environment("locale", "LC_ALL", "C", "en_US.UTF-8", LINK_ORDER="locale"),
            tolerated=("link-order",),
        ),
        pair(
            "zone-calc-stamp",
            CALC,
            environment("time-zone", "TZ", "UTC", "America/New_York", STAMPS="zone"),
            quick=True,
        ),
        pair("zone-words-stamp", WORDS, environment("time-zone", "TZ", "Asia/Tokyo", "Europe/Berlin", STAMPS="zone")),
        pair(
            "zone-rtool-stamp", RTOOL, environment("time-zone", "TZ", "UTC", "Asia/Kolkata", STAMPS="zone"), on=NOTHING
        ),
        pair(
            "zone-calc-macro",
            CALC,
            environment("time-zone", "TZ", "UTC", "Asia/Tokyo", CFLAGS="-DWITH_DATE"),
            tolerated=("build-time",),
        ),
        pair(
            "zone-calc-timestamp",
            CALC,
            environment("time-zone", "TZ", "UTC", "Asia/Tokyo", CFLAGS="-DWITH_TIMESTAMP"),
            on=PLAIN,
            tolerated=("file-times",),
        ),
    ]


def order_pairs() -> list[Pair]:
    """link-order."""

    def order(one: str, other: str) -> Plant:
        return environment("link-order", "LINK_ORDER", one, other)

    return [
        pair("order-calc-reversed", CALC, order("sorted", "reversed"), quick=True),
        pair("order-calc-shuffled", CALC, order("reversed", "shuffled"), on=PLAIN),
        pair(
            "order-calc-stripped",
            CALC,
            order("sorted", "reversed"),
            on=both(PLAIN, STRIPPED),
            tolerated=("hash-order",),
        ),
        pair("order-words", WORDS, order("sorted", "reversed")),
        pair("order-store", STORE, environment("link-order", "REVERSE", "", "1")),
        pair("order-store-archive", STORE_ARCHIVE, environment("link-order", "REVERSE", "", "1"), on=PLAIN),
        pair("order-heat", HEAT, order("sorted", "reversed")),
        pair("order-start", START, order("sorted", "reversed")),
        pair("order-calc-mold", CALC, order("sorted", "shuffled"), on=both(G, env(LDFLAGS="-fuse-ld=mold"))),
        pair("order-calc-lld", CALC, order("sorted", "reversed"), on=both(G, env(CC="clang", LDFLAGS="-fuse-ld=lld"))),
        pair("order-calc-aarch64", CALC, order("sorted", "reversed"), on=both(G, env(CC="aarch64-linux-gnu-gcc"))),
    ]


def hash_pairs() -> list[Pair]:
    """content-hash alone, and random build IDs."""
    hidden = ("cause-not-in-files",)
    uuid = Plant(roots("random-build-id"), both=env(LDFLAGS="-Wl,--build-id=uuid"))
    return [
        pair(
            "id-calc-stripped-path",
            CALC,
            build_path(),
            on=both(G, RELATIVE, STRIPPED),
            silent=True,
            verdicts=hidden,
            quick=True,
        ),
        pair(
            "id-words-stripped-path",
            WORDS,
            build_path(LONGER),
            on=both(G, RELATIVE, STRIPPED),
            silent=True,
            verdicts=hidden,
        ),
        pair("id-store-stripped-path", STORE, build_path(), on=both(G, STRIPPED), silent=True, verdicts=hidden),
        pair(
            "id-calc-lld-stripped-path",
            CALC,
            build_path(),
            on=both(G, RELATIVE, STRIPPED, env(CC="clang", LDFLAGS="-fuse-ld=lld")),
            silent=True,
            verdicts=hidden,
        ),
        pair("id-heat-stripped-path", HEAT, build_path(), on=both(G, RELATIVE, STRIPPED), silent=True, verdicts=hidden),
        pair("id-fmtd-stripped-path", FMTD, build_path(), on=both(G, RELATIVE, STRIPPED), silent=True, verdicts=hidden),
        pair(
            "crc-calc",
            CALC,
            build_path(),
            on=both(G, RELATIVE, env(LDFLAGS="-Wl,--build-id=none"), debug_link()),
            silent=True,
            verdicts=hidden,
            quick=True,
        ),
        pair("crc-words-and-id", WORDS, build_path(), on=both(G, RELATIVE, debug_link()), silent=True, verdicts=hidden),
        pair(
            "crc-store-s390x",
            STORE,
            build_path(),
            on=both(
                G,
                env(
                    CC="s390x-linux-gnu-gcc",
                    STRIP="s390x-linux-gnu-strip",
                    OBJCOPY="s390x-linux-gnu-objcopy",
                    LDFLAGS="-Wl,--build-id=none",
                ),
                debug_link(),
            ),
            silent=True,
            verdicts=hidden,
        ),
        pair("uuid-calc", CALC, uuid, quick=True),
        pair("uuid-calc-stripped", CALC, uuid, on=both(PLAIN, STRIPPED)),
        pair("uuid-words-gold", WORDS, uuid, on=both(G, env(LDFLAGS="-fuse-ld=gold"))),
        pair("uuid-store-mold", STORE, uuid, on=both(G, env(LDFLAGS="-fuse-ld=mold"))),
        pair("uuid-store-lld", STORE, uuid, on=both(PLAIN, env(CC="clang", LDFLAGS="-fuse-ld=lld"))),
        pair("uuid-calc-riscv64", CALC, uuid, on=both(PLAIN, env(CC="riscv64-linux-gnu-gcc"))),
        pair("uuid-heat", HEAT, uuid),
        pair(
            "md5-calc-stripped-path",
            CALC,
            build_path(),
            on=both(G, RELATIVE, STRIPPED, env(LDFLAGS="-Wl,--build-id=md5")),
            silent=True,
            verdicts=(*hidden, "explained"),
        ),
    ]


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


def source_pairs() -> list[Pair]:
    """The source really changed. A lone constant in data belongs to no function or text: silence is right there."""
    differ = ("inputs-differ",)
    return [
        pair(
            "source-calc-constant",
            CALC,
            edit("src/Functions.c", "step < 40", "step < 41"),
            curable=False,
            verdicts=differ,
            quick=True,
        ),
        pair(
            "source-calc-string",
            CALC,
            edit("src/fail.c", "does not hold", "is not true"),
            on=PLAIN,
            curable=False,
            verdicts=differ,
        ),
        pair(
            "source-calc-line",
            CALC,
            edit("src/main.c", "if (argc != 2) {", "int unused = argc;\n    (void)unused;\n    if (argc != 2) {"),
            curable=False,
            verdicts=differ,
        ),
        pair(
            "source-calc-table",
            CALC,
            edit("src/Functions.c", "the third power", "the 3rd power"),
            on=both(PLAIN, STRIPPED),
            curable=False,
            verdicts=differ,
        ),
        pair(
            "source-calc-new-function",
            CALC,
            Plant(
                roots("source-change"),
                b=Change(
                    edits=(
                        Edit(
                            "src/Functions.c",
                            "static double root(double x)",
                            "static double twice(double x) { return x + x; }\n\nstatic double root(double x)",
                        ),
                        Edit(
                            "src/Functions.c",
                            '    {"root"',
                            '    {"twice", twice, "the operand and the operand"},\n    {"root"',
                        ),
                    )
                ),
            ),
            curable=False,
            verdicts=differ,
        ),
        pair(
            "source-store-function",
            STORE,
            edit("lib/hash.c", "value * 33", "value * 31"),
            curable=False,
            verdicts=differ,
        ),
        pair(
            "source-store-epoch-like-constant",
            STORE,
            edit("lib/hash.c", "40503}", "1772366400u}"),
            curable=False,
            verdicts=("unexplained", "inputs-differ"),
            silent=True,
            tolerated=("source-change",),
        ),
        pair(
            "source-words",
            WORDS,
            edit("src/Split.cpp", "c == '\\''", "c == '-'"),
            on=PLAIN,
            curable=False,
            verdicts=differ,
        ),
        pair(
            "source-rtool",
            RTOOL,
            edit("core/src/lib.rs", "state >> 30 == 0", "state >> 29 == 0"),
            on=NOTHING,
            curable=False,
            verdicts=differ,
        ),
        pair(
            "source-rplain",
            RPLAIN,
            edit("src/wrap.rs", "lines need room", "no room for lines"),
            on=RELATIVE,
            curable=False,
            verdicts=differ,
        ),
        pair(
            "source-gosum",
            GOSUM,
            edit("sum/adler.go", "65521", "65519"),
            on=NOTHING,
            curable=False,
            verdicts=differ,
            tolerated=("vcs-state",),
        ),
        pair(
            "source-heat-constant",
            HEAT,
            edit("grid.f90", "0.25d0", "0.24d0"),
            curable=False,
            verdicts=("unexplained", "inputs-differ"),
            silent=True,
            tolerated=("source-change",),
        ),
        pair(
            "source-queue", QUEUE, edit("queues.adb", "nothing to take", "none to take"), curable=False, verdicts=differ
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


def host_pairs() -> list[Pair]:
    """Stamps of users, hosts, kernels, version control; random values and counters."""
    second_commit = Change(
        before=(
            'echo >> README && git add -A && GIT_COMMITTER_DATE="1772452800 +0000" '
            'git -c user.name=x -c user.email=x@example.org commit -q -m "add a file"',
        )
    )
    dirty = Change(before=("echo '# local' >> build.sh",))
    vcs = Plant(roots("vcs-state"), both=env(STAMPS="vcs"), b=second_commit)
    return [
        pair("user-calc", CALC, environment("host-identity", "USER", "ci", "margarete", STAMPS="user")),
        pair(
            "host-calc",
            CALC,
            environment("host-identity", "HOSTNAME", "runner-7", "buildd-arm-4", STAMPS="host"),
            on=PLAIN,
            quick=True,
        ),
        pair("user-host-words", WORDS, environment("host-identity", "USER", "alice", "bob", STAMPS="user host")),
        pair("user-rtool", RTOOL, environment("host-identity", "USER", "alice", "jenkins", STAMPS="user"), on=NOTHING),
        pair("user-gosum", GOSUM, environment("host-identity", "USER", "alice", "jenkins", STAMPS="user"), on=NOTHING),
        pair(
            "kernel-calc",
            CALC,
            Plant(roots("kernel-version"), both=env(STAMPS="kernel"), b=Change(wrap=("setarch", "--uname-2.6"))),
            curable=False,
        ),
        pair(
            "kernel-words",
            WORDS,
            Plant(roots("kernel-version"), both=env(STAMPS="kernel"), b=Change(wrap=("setarch", "--uname-2.6"))),
            on=PLAIN,
            curable=False,
        ),
        pair("vcs-calc", CALC, vcs, curable=False),
        pair(
            "vcs-calc-dirty", CALC, Plant(roots("vcs-state"), both=env(STAMPS="vcs"), b=dirty), on=PLAIN, curable=False
        ),
        pair("vcs-words", WORDS, vcs, curable=False),
        pair("vcs-gosum", GOSUM, Plant(roots("vcs-state"), b=second_commit), on=NOTHING, quick=True),
        pair("vcs-gosum-dirty", GOSUM, Plant(roots("vcs-state"), b=dirty), on=NOTHING),
        pair("uuid-text-calc", CALC, Plant(roots("random-value"), both=env(STAMPS="uuid")), curable=False, quick=True),
        pair("uuid-text-words", WORDS, Plant(roots("random-value"), both=env(STAMPS="uuid")), on=PLAIN, curable=False),
        pair(
            "counter-calc",
            CALC,
            environment("build-counter", "BUILD_NUMBER", "417", "418", STAMPS="counter"),
            on=PLAIN,
            curable=False,
        ),
    ]


def archive_pairs() -> list[Pair]:
    """Static archives."""
    return [
        pair(
            "archive-times",
            STORE_ARCHIVE,
            Plant(roots("archive-metadata"), both=env(AR_MODE="U"), b=Change(before=("sleep 2.1",))),
        ),
        pair("archive-mode-on-one-side", STORE_ARCHIVE, environment("archive-metadata", "AR_MODE", "D", "U"), on=PLAIN),
        pair(
            "archive-source",
            STORE_ARCHIVE,
            edit("lib/hash.c", "value * 33", "value * 31"),
            on=PLAIN,
            curable=False,
            verdicts=("inputs-differ",),
        ),
    ]


def seed_pairs() -> list[Pair]:
    """random-seed: identifiers that gcc draws for each object; the stamps of --coverage come from the clock."""
    stamped = Plant(roots("random-seed"), b=Change(clock=CLOCK + 3))
    return [
        pair("seed-store-lto-object", STORE_OBJECT, Plant(roots("random-seed")), on=both(PLAIN, env(CFLAGS="-flto"))),
        pair(
            "seed-store-fat-lto-object",
            STORE_OBJECT,
            Plant(roots("random-seed")),
            on=both(PLAIN, env(CFLAGS="-flto -ffat-lto-objects")),
        ),
        pair("seed-calc-coverage", CALC, stamped, on=both(PLAIN, RELATIVE, env(CFLAGS="--coverage"))),
        pair("seed-words-coverage", WORDS, stamped, on=both(PLAIN, RELATIVE, env(CXXFLAGS="--coverage"))),
    ]


def several_pairs() -> list[Pair]:
    """Two or three causes at once."""
    path, later = build_path(), clock(STAMPS="date")
    # Beside another difference a random ID looks like an md5 of it: the second comparison finds it.
    uuid = Plant(frozenset(), both=env(LDFLAGS="-Wl,--build-id=uuid"))
    user = environment("host-identity", "USER", "ci", "margarete", STAMPS="user")
    zone = environment("time-zone", "TZ", "UTC", "America/New_York", STAMPS="zone")
    month = environment("locale", "LC_ALL", "C", "de_DE.UTF-8", STAMPS="month")
    order = environment("link-order", "LINK_ORDER", "sorted", "reversed")
    fails = edit("src/fail.c", "does not hold", "is not true")
    vcs = Plant(roots("vcs-state"), both=env(STAMPS="vcs"), b=Change(before=("echo '# local' >> build.sh",)))
    return [
        pair("two-calc-path-time", CALC, path, clock(CFLAGS="-DWITH_DATE"), quick=True),
        pair(
            "two-calc-path-time-stripped",
            CALC,
            build_path(LONGER),
            clock(CFLAGS="-DWITH_DATE"),
            on=both(PLAIN, STRIPPED),
        ),
        pair("two-calc-path-user", CALC, path, user),
        pair("two-calc-path-order", CALC, path, order),
        pair("two-calc-path-source", CALC, path, fails, curable=False),
        pair("two-calc-time-source", CALC, later, fails, on=PLAIN, curable=False),
        pair("two-calc-time-zone", CALC, zone, user),
        pair("two-calc-month-time", CALC, month, later),
        pair("two-calc-order-time", CALC, order, later),
        pair("two-words-path-time", WORDS, path, clock(CXXFLAGS="-DWITH_DATE")),
        pair("two-words-path-month", WORDS, path, month, on=PLAIN),
        pair("two-words-order-user", WORDS, order, Plant(user.causes, env(STAMPS="user host"), user.a, user.b)),
        pair(
            "two-words-path-uuid-text",
            WORDS,
            path,
            Plant(roots("random-value"), both=env(STAMPS="uuid")),
            curable=False,
        ),
        pair("two-store-path-time", STORE, path, later, on=both(G, ABSOLUTE)),
        pair("two-store-order-path", STORE, environment("link-order", "REVERSE", "", "1"), path),
        pair(
            "two-store-path-source",
            STORE,
            path,
            edit("lib/hash.c", "value * 33", "value * 31"),
            on=both(G, ABSOLUTE),
            curable=False,
        ),
        pair("two-rtool-time-user", RTOOL, later, user, on=NOTHING),
        pair("two-rtool-path-time", RTOOL, path, later, on=CARGO_DEBUG),
        pair(
            "two-rtool-incremental-time",
            RTOOL,
            environment("incremental-build", "CARGO_INCREMENTAL", "0", "1"),
            later,
            on=NOTHING,
        ),
        pair("two-rplain-path-time", RPLAIN, path, later, on=NOTHING),
        pair("two-rplain-path-user", RPLAIN, path, user, on=NOTHING),
        pair("two-gosum-path-user", GOSUM, path, user, on=NOTHING),
        pair("two-gosum-path-time", GOSUM, path, later, on=NOTHING),
        pair("two-calc-uuid-path", CALC, path, uuid, on=PLAIN, curable=False, tolerated=("random-build-id",)),
        pair("two-calc-uuid-time", CALC, later, uuid, curable=False, tolerated=("random-build-id",)),
        pair("three-calc-path-time-user", CALC, path, later, user, quick=True),
        pair("three-calc-path-time-order", CALC, path, later, order),
        pair("three-words-path-time-zone", WORDS, path, zone, clock(STAMPS="date")),
        pair(
            "three-rtool-outside-time",
            RTOOL,
            build_path(OTHER_LENGTH, "rust-metadata", "build-path"),
            later,
            on=OUTSIDE,
        ),
        pair("three-calc-path-vcs-user", CALC, path, vcs, user, curable=False),
        pair("three-calc-zone-month-order", CALC, zone, month, order, on=PLAIN),
        pair("two-calc-s390x-path-time", CALC, path, later, on=both(G, env(CC="s390x-linux-gnu-gcc"))),
    ]


def rarer_pairs() -> list[Pair]:
    """Roots that few meet: temporary names, hash order, fixed IDs, post-processing, signatures, appended data."""
    one_step = Plant(roots("temporary-path"), both=env(ONE_STEP="1"))
    assembled = Plant(roots("temporary-path"), both=env(CFLAGS="-Wa,-g"))
    hashed = environment("hash-order", "PYTHONHASHSEED", "1", "2", NAMES="1", CPPFLAGS="-DWITH_NAMES")
    fixed = flag(
        "LDFLAGS", "-Wl,--build-id=0x0123456789abcdef0123", "-Wl,--build-id=0x0123456789abcdef0124", "build-id-setting"
    )
    mangled = flag("RUSTFLAGS", "", "-C symbol-mangling-version=v0", "name-mangling")
    stripped = Plant(roots("post-processing"), b=STRIPPED)
    tail = "\\0\\0\\002\\0\\0\\0\\0\\0\\0\\0\\001\\263~Module signature appended~\\n"
    signed = f'head -c 435 /dev/urandom >> "$1" && printf "{tail}" >> "$1"'
    signature = Plant(roots("signature"), both=after(signed))
    appended = Plant(
        roots("appended-data"),
        a=after('printf "hsqs0123first payload" >> "$1"'),
        b=after('printf "hsqs0123other payload" >> "$1"'),
    )
    pointer = Plant(roots("memory-layout"), both=env(STAMPS="pointer"))
    unknown = ("cause-not-in-files", "unexplained")
    measured = environment("build-measurement", "JOBS", "8", "32", STAMPS="nproc")
    loader = flag("LDFLAGS", "", "-Wl,--dynamic-linker=/opt/toolchain/lib64/ld-linux-x86-64.so.2", "toolchain-path")
    units = environment("parallel-build", "CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16", "1")

    def profiled(name: str) -> Plant:
        return flag(name, "", "-fprofile-use -Wno-missing-profile", "profile-data")

    layout = Plant(roots("memory-layout"), both=env(CFLAGS="-gsplit-dwarf", CXXFLAGS="-gsplit-dwarf"))
    random = Plant(roots("temporary-path"), a=Change(place=RANDOM[0]), b=Change(place=RANDOM[1]))
    either = (("temporary-path", "build-path"),)
    flags = ("build-flags",)
    needed = flag("LDFLAGS", "", "-Wl,--no-as-needed,-lm", "configure-result")
    return [
        pair("temporary-calc-directory", CALC, random, instead=either),
        pair("temporary-rplain-directory", RPLAIN, random, on=NOTHING, instead=either),
        pair("temporary-gosum-directory", GOSUM, random, on=NOTHING, instead=either),
        pair("temporary-start-one-step", START, one_step, on=NOTHING, curable=False),
        pair("temporary-calc-assembler", CALC, assembled, on=both(PLAIN, RELATIVE)),
        pair("temporary-lz4-assembler", LZ4, assembled, on=both(PLAIN, RELATIVE)),
        pair("hash-calc", CALC, hashed),
        pair("hash-words", WORDS, hashed, on=PLAIN),
        pair("hash-bzip2", BZIP2, hashed, on=both(PLAIN, STRIPPED)),
        pair("fixed-id-calc", CALC, fixed, curable=False),
        pair("fixed-id-words", WORDS, fixed, on=PLAIN, curable=False),
        pair("fixed-id-lua", LUA, fixed, on=both(PLAIN, STRIPPED), curable=False),
        pair("mangling-rplain", RPLAIN, mangled, on=RELATIVE, curable=False, tolerated=flags),
        pair("mangling-rtool", RTOOL, mangled, on=NOTHING, curable=False, tolerated=flags),
        pair("mangling-rlocked", RLOCKED, mangled, on=NOTHING, curable=False, tolerated=flags),
        pair("strip-calc", CALC, stripped, curable=False, tolerated=flags),
        pair("strip-words", WORDS, stripped, curable=False, tolerated=flags),
        pair("strip-zlib", ZLIB, stripped, on=PLAIN, curable=False, tolerated=flags),
        pair("signature-store", STORE_OBJECT, signature, on=PLAIN, curable=False),
        pair("signature-calc", CALC, signature, curable=False),
        pair("signature-lz4", LZ4, signature, on=both(PLAIN, STRIPPED), curable=False),
        pair("appended-calc", CALC, appended, curable=False),
        pair("appended-words", WORDS, appended, on=PLAIN, curable=False),
        pair("appended-gosum", GOSUM, appended, on=NOTHING, curable=False),
        pair("layout-calc-pointer", CALC, pointer, curable=False),
        pair("layout-words-pointer", WORDS, pointer, on=PLAIN, curable=False),
        pair("layout-bzip2-pointer", BZIP2, pointer, on=both(PLAIN, STRIPPED), curable=False),
        pair("layout-calc-split-dwarf", CALC, layout, silent=True, verdicts=unknown),
        pair("layout-words-split-dwarf", WORDS, layout, silent=True, verdicts=unknown),
        pair("measured-calc", CALC, measured, curable=False),
        pair("measured-words", WORDS, measured, on=PLAIN, curable=False),
        pair("measured-store", STORE, measured, on=PLAIN, curable=False),
        pair("loader-calc", CALC, loader, curable=False),
        pair("loader-words", WORDS, loader, on=PLAIN, curable=False),
        pair("loader-lz4", LZ4, loader, on=both(PLAIN, STRIPPED), curable=False),
        pair("profile-calc", CALC, profiled("CFLAGS"), curable=False, tolerated=flags),
        pair("profile-bzip2", BZIP2, profiled("CFLAGS"), curable=False, tolerated=flags),
        pair("profile-words", WORDS, profiled("CXXFLAGS"), curable=False, tolerated=flags),
        pair("units-rlocked", RLOCKED, units, on=NOTHING, curable=False, tolerated=flags),
        pair("units-rtool-debug", RTOOL, units, on=CARGO_DEBUG, curable=False, tolerated=flags),
        pair("needed-calc", CALC, needed, curable=False, tolerated=flags),
        pair("needed-store", STORE, needed, on=PLAIN, curable=False, tolerated=flags),
        pair("needed-bzip2", BZIP2, needed, curable=False, tolerated=flags),
        pair(
            "kernel-bzip2",
            BZIP2,
            Plant(roots("kernel-version"), both=env(STAMPS="kernel"), b=Change(wrap=("setarch", "--uname-2.6"))),
            on=both(PLAIN, STRIPPED),
            curable=False,
        ),
        pair(
            "counter-store",
            STORE,
            environment("build-counter", "BUILD_NUMBER", "9", "10", STAMPS="counter"),
            curable=False,
        ),
        pair(
            "counter-lz4",
            LZ4,
            environment("build-counter", "BUILD_NUMBER", "20417", "20433", STAMPS="counter"),
            on=PLAIN,
            curable=False,
        ),
        pair(
            "seed-lua-coverage",
            LUA,
            Plant(roots("random-seed"), b=Change(clock=CLOCK + 5)),
            on=both(PLAIN, RELATIVE, env(CFLAGS="--coverage")),
        ),
        pair(
            "mtime-store",
            STORE,
            source_times(CPPFLAGS="-DWITH_TIMESTAMP"),
            on=both(G, Change(edits=(Edit("lib/text.c", "", "const char store_text_source[] = __TIMESTAMP__;\n"),))),
        ),
        pair("archive-one-side-g", STORE_ARCHIVE, environment("archive-metadata", "AR_MODE", "D", "U")),
    ]


def debian_pairs() -> list[Pair]:
    """The same causes in programs that others wrote: six Debian source packages."""
    hidden = ("cause-not-in-files",)
    later = clock(STAMPS="date")
    uuid = Plant(roots("random-build-id"), both=env(LDFLAGS="-Wl,--build-id=uuid"))
    user = environment("host-identity", "USER", "ci", "margarete", STAMPS="user")
    month = environment("locale", "LC_ALL", "C", "de_DE.UTF-8", STAMPS="month")
    zone = environment("time-zone", "TZ", "UTC", "America/New_York", STAMPS="zone")
    order = environment("link-order", "LINK_ORDER", "sorted", "reversed")
    vcs = Plant(roots("vcs-state"), both=env(STAMPS="vcs"), b=Change(before=("echo '# local' >> build.sh",)))
    checks = env(CPPFLAGS="-DLUA_USE_APICHECK")
    return [
        pair("null-debian-tree", DEBIAN_TREE, clock(), silent=True, verdicts=("identical",)),
        pair("null-zlib-relative", ZLIB, build_path(), on=both(PLAIN, RELATIVE), silent=True, verdicts=("identical",)),
        pair("path-lua-g", LUA, build_path()),
        pair("path-lua-checks-stripped", LUA, build_path(LONGER), on=both(PLAIN, checks, STRIPPED)),
        pair("path-lua-checks-clang", LUA, build_path(), on=both(PLAIN, checks, env(CC="clang"))),
        pair("path-lua-armhf", LUA, build_path(), on=both(PLAIN, checks, env(CC="arm-linux-gnueabihf-gcc"))),
        pair("path-lz4-g", LZ4, build_path(LONGER)),
        pair("path-lz4-asserts", LZ4, build_path(), on=both(PLAIN, env(CPPFLAGS="-DLZ4_DEBUG=1"))),
        pair("path-bzip2-gz", BZIP2, build_path(), on=both(G, env(CFLAGS="-gz"))),
        pair("path-tinyxml2-g", TINYXML, build_path()),
        pair("path-zlib-g", ZLIB, build_path(LONGER)),
        pair("path-zlib-lld", ZLIB, build_path(), on=both(G, env(CC="clang", LDFLAGS="-fuse-ld=lld"))),
        pair("id-lua-stripped-path", LUA, build_path(), on=both(G, STRIPPED), silent=True, verdicts=hidden),
        pair("id-bzip2-stripped-path", BZIP2, build_path(), on=both(G, STRIPPED), silent=True, verdicts=hidden),
        pair("crc-zlib", ZLIB, build_path(), on=both(G, debug_link()), silent=True, verdicts=hidden),
        pair("time-lua-macro", LUA, clock(CPPFLAGS="-DWITH_DATE")),
        pair("time-bzip2-macro", BZIP2, clock(3600, CPPFLAGS="-DWITH_DATE"), on=both(PLAIN, STRIPPED)),
        pair("time-zlib-date", ZLIB, later),
        pair("locale-lz4-month", LZ4, month, on=PLAIN),
        pair("zone-bzip2", BZIP2, zone),
        pair("order-lua", LUA, order),
        pair("order-lua-stripped", LUA, order, on=both(PLAIN, STRIPPED), tolerated=("hash-order",)),
        pair("order-zlib", ZLIB, order, on=PLAIN),
        pair("order-debian-tree", DEBIAN_TREE, order),
        pair("uuid-lua", LUA, uuid),
        pair("user-bzip2", BZIP2, user, on=PLAIN),
        pair("vcs-zlib", ZLIB, vcs, curable=False),
        pair("compiler-lua", LUA, environment("toolchain-version", "CC", "gcc-11", "gcc-12"), curable=False),
        pair(
            "compiler-zlib-clang",
            ZLIB,
            environment("toolchain-version", "CC", "gcc-12", "clang"),
            on=PLAIN,
            curable=False,
            tolerated=("build-flags",),
        ),
        pair("flags-bzip2-O1", BZIP2, flag("CFLAGS", "-O2 -g", "-O1 -g"), on=NOTHING, curable=False),
        pair("native-lz4", LZ4, flag("CFLAGS", "", "-march=native", "host-cpu"), curable=False),
        pair("flags-zlib-haswell", ZLIB, flag("CFLAGS", "", "-march=haswell"), curable=False),
        pair(
            "source-lua",
            LUA,
            edit(
                "src/lmathlib.c",
                "3.141592653589793238",
                "3.141592653589893238",
            ),
            curable=False,
            verdicts=("inputs-differ",),
        ),
        pair(
            "source-lua-message",
            LUA,
            edit("src/lauxlib.c", '"stack overflow (%s)"', '"stack overflowed (%s)"'),
            on=PLAIN,
            curable=False,
            verdicts=("inputs-differ",),
        ),
        pair(
            "source-zlib",
            ZLIB,
            edit("adler32.c", "#define BASE 65521U", "#define BASE 65519U"),
            on=both(PLAIN, STRIPPED),
            curable=False,
            verdicts=("inputs-differ",),
        ),
        pair(
            "source-tree-line",
            DEBIAN_TREE,
            edit("hash.c", "void saveino(", "/* one line more */\n\nvoid saveino("),
            curable=False,
            verdicts=("inputs-differ",),
        ),
        pair("two-lua-path-time", LUA, build_path(), clock(CPPFLAGS="-DWITH_DATE")),
        pair("two-lua-path-order", LUA, build_path(), order),
        pair("two-bzip2-path-user", BZIP2, build_path(), user),
        pair("two-lz4-path-zone", LZ4, build_path(LONGER), zone),
        pair("two-tinyxml2-path-month", TINYXML, build_path(), month),
        pair(
            "two-zlib-path-source",
            ZLIB,
            build_path(),
            edit("adler32.c", "#define BASE 65521U", "#define BASE 65519U"),
            curable=False,
        ),
        pair("three-tree-path-time-order", DEBIAN_TREE, build_path(), later, order),
    ]


def all_pairs() -> list[Pair]:
    """Every pair, in the order of the tables."""
    groups = [
        null_pairs(),
        path_pairs(),
        time_pairs(),
        locale_pairs(),
        order_pairs(),
        hash_pairs(),
        rust_pairs(),
        source_pairs(),
        toolchain_pairs(),
        host_pairs(),
        archive_pairs(),
        seed_pairs(),
        several_pairs(),
        rarer_pairs(),
        debian_pairs(),
    ]
    pairs = [one for group in groups for one in group]
    names = [one.name for one in pairs]
    if len(set(names)) != len(names):
        raise ValueError("two pairs bear one name")
    return pairs
