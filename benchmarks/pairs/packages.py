"""Pairs of Debian source packages."""

from __future__ import annotations

from .common import BZIP2, DEBIAN_TREE, LUA, LZ4, PLAIN, RELATIVE, STRIPPED, TINYXML, ZLIB, G, both, env, pair
from .model import NOTHING, Change, Pair, Plant
from .plants import LONGER, build_path, clock, debug_link, edit, environment, flag, roots


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
