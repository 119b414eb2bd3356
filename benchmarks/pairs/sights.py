"""Kinds that first sights missed: pairs of the reviews in other programs."""

from __future__ import annotations

from .common import CALC, PLAIN, STRIPPED, WORDS, both, env, pair
from .model import Pair
from .plants import TEXT, flag, written

_FUNCTIONS = (
    "import random, sys; n = [10 * i + 3 for i in range(16)]; random.Random(int(sys.argv[1])).shuffle(n); "
    "print(*('int step_%d(int x) { return x * %d + 7; }' % (i, i) for i in n))"
)
"""Functions in an order that the argument decides."""
_COMMIT = "3f786850e387550fdab836ed7e6dc881de23001b", "89e6c98d92887913cadf06b2adb97f26cde4849b"


def sight_pairs() -> list[Pair]:
    """Texts of uname and git, functions of one object in another order, and names that one file hides."""

    def said(name: str, causes: tuple[str, ...], a: str, b: str) -> Pair:
        plant = written("src/version.c", causes, TEXT, a, b)
        return pair(name, CALC, plant, on=PLAIN, curable=False)

    return [
        said(
            "uname-snrm-calc",
            ("kernel-version", "host-identity"),
            "Linux sheep15 4.17.3-1-default x86_64",
            "Linux build80 4.12.14-lp150.12.4-default x86_64",
        ),
        said(
            "uname-v-calc",
            ("kernel-version",),
            "#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)",
            "#1 SMP Debian 5.10.209-2 (2024-01-31)",
        ),
        said(
            "by-on-calc", ("host-identity",), "calc 2.1 by alice on mill (x86_64)", "calc 2.1 by eve on tower (x86_64)"
        ),
        said("abbreviated-calc", ("vcs-state",), "calc v0.2.0-1263-gf2e45c4", "calc v0.2.0-1263-gf2e45c43"),
        said("tagged-calc", ("vcs-state",), f"calc git-{_COMMIT[0]} (main)", f"calc git-{_COMMIT[1]} (main)"),
        pair(
            "functions-words",
            WORDS,
            written("src/Counter.cpp", ("hash-order",), _FUNCTIONS, "1", "7"),
            on=PLAIN,
            curable=False,
        ),
        pair(
            "hidden-calc",
            CALC,
            flag("CFLAGS", "-fvisibility=default", "-fvisibility=hidden"),
            on=both(env(LDFLAGS="-Wl,--export-dynamic"), STRIPPED),
            curable=False,
        ),
    ]
