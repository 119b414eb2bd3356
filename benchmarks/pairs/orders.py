"""Pairs that differ in an order, a hash or a random number."""

from __future__ import annotations

from .common import (
    CALC,
    FMTD,
    HEAT,
    PLAIN,
    RELATIVE,
    START,
    STORE,
    STORE_ARCHIVE,
    STORE_OBJECT,
    STRIPPED,
    WORDS,
    G,
    both,
    env,
    pair,
)
from .model import Change, Pair, Plant
from .plants import LONGER, build_path, debug_link, environment, roots
from .workshop import CLOCK


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
