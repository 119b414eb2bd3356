"""Pairs whose inputs or hosts differ."""

from __future__ import annotations

from .common import CALC, GOSUM, HEAT, PLAIN, QUEUE, RELATIVE, RPLAIN, RTOOL, STORE, STRIPPED, WORDS, both, env, pair
from .model import NOTHING, Change, Edit, Pair, Plant
from .plants import RESOURCES, TABLE, TEXT, edit, environment, roots, written


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
        pair(
            "uname-calc",
            CALC,
            written(
                "src/version.c",
                ("kernel-version", "host-identity"),
                TEXT,
                "Linux lamb24 5.14.21-150400.22-default #1 SMP Wed May 11 06:57:18 UTC 2022 (49db222) x86_64 GNU/Linux",
                "Linux build73 5.17.5-1-default #1 SMP Wed Apr 27 07:43:53 UTC 2022 (1a0b7f1) x86_64 GNU/Linux",
            ),
            on=PLAIN,
            curable=False,
        ),
        pair(
            "release-store",
            STORE,
            written("lib/checksum.c", ("kernel-version",), TEXT, "5.13.8-arch1-1", "5.13.10-arch1-1"),
            on=both(PLAIN, STRIPPED),
            curable=False,
        ),
        pair(
            "listing-calc",
            CALC,
            written("src/version.c", ("hash-order",), TABLE, "1", "7"),
            on=both(PLAIN, STRIPPED),
            curable=False,
        ),
        pair(
            "resources-store",
            STORE,
            written("lib/checksum.c", ("file-times",), RESOURCES, "1726480000000", "1726481834517"),
            on=both(PLAIN, STRIPPED),
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
