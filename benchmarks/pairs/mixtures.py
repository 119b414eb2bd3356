"""Pairs of several causes, of archives, and of causes seen seldom."""

from __future__ import annotations

from .common import (
    ABSOLUTE,
    BZIP2,
    CALC,
    CARGO_DEBUG,
    GOSUM,
    LUA,
    LZ4,
    OUTSIDE,
    PLAIN,
    RELATIVE,
    RLOCKED,
    RPLAIN,
    RTOOL,
    START,
    STORE,
    STORE_ARCHIVE,
    STORE_OBJECT,
    STRIPPED,
    WORDS,
    ZLIB,
    G,
    both,
    env,
    pair,
)
from .model import NOTHING, Change, Edit, Pair, Plant
from .plants import (
    LONGER,
    OTHER_LENGTH,
    RANDOM,
    after,
    build_path,
    clock,
    edit,
    environment,
    flag,
    padding,
    roots,
    source_times,
)
from .workshop import CLOCK


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
        pair("padding-calc", CALC, padding("src/version.c"), curable=False, quick=True),
        pair("padding-store", STORE, padding("lib/checksum.c", 20), on=both(PLAIN, STRIPPED), curable=False),
        pair("padding-words", WORDS, padding("src/about.cpp", 100), on=PLAIN, curable=False),
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
        pair("layout-calc-split-dwarf", CALC, layout),
        pair("layout-words-split-dwarf", WORDS, layout),
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
