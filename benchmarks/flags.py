"""Builds a pair without and with each of the seven usual flags, and prints how many bytes still differ.

    python benchmarks/flags.py [--keep DIR] [--markdown]

Every row is a real pair of the project's own programs (benchmarks/pairs): one cause is planted, both sides are built
without the flag, then with it on both sides. docs/flags.md holds the table and what follows from it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tabulate import tabulate

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.pairs import common as made
from benchmarks.pairs.model import NOTHING, Change, Edit, Pair, Plant, Program
from benchmarks.pairs.plants import OTHER_LENGTH, build_path, clock, environment, roots, source_times
from benchmarks.pairs.workshop import BuildFailed, ToolMissing, Workshop

SCRATCH = Path("/tmp/elfdiff-flags")


@dataclass(frozen=True, slots=True)
class Row:
    """One flag on one pair; ``line`` is the shell text that sets the flag in both builds."""

    flag: str
    what: str
    line: str
    program: Program
    plants: tuple[Plant, ...]
    on: Change = NOTHING

    @property
    def pair(self) -> Pair:
        """The pair, under a name that is a directory."""
        words = "-".join(self.what.lower().replace("/", " ").replace("_", " ").split())
        name = "".join(one for one in words if one.isalnum() or one == "-")
        return Pair(name, self.program, self.plants, self.on)


EPOCH = 'export SOURCE_DATE_EPOCH="$(git log -1 --pretty=%ct)"'
NO_ID = 'LDFLAGS="$LDFLAGS -Wl,--build-id=none"; export LDFLAGS'
METADATA = 'RUSTFLAGS="${RUSTFLAGS:-} -Cmetadata="; export RUSTFLAGS'
REMAP = 'RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$PWD=."; export RUSTFLAGS'


def rows() -> list[Row]:
    """The table's rows, flag by flag."""
    plain, debug, env = made.PLAIN, made.G, made.env
    uuid = Plant(roots("random-build-id"), both=env(LDFLAGS="-Wl,--build-id=uuid"))
    unlocked = environment("dependency-version", "LOCK", "committed", "ignored")
    month = environment("locale", "LC_ALL", "C", "de_DE.UTF-8", STAMPS="month")
    zone = environment("time-zone", "TZ", "UTC", "Asia/Tokyo", STAMPS="zone")
    manifest = Change(
        edits=(Edit("app/src/main.rs", "fn main() {", 'fn main() {\n    eprint!(env!("CARGO_MANIFEST_DIR"));'),)
    )
    relative = made.RELATIVE
    return [
        Row("SOURCE_DATE_EPOCH", "__DATE__, gcc 12", EPOCH, made.CALC, (clock(CFLAGS="-DWITH_DATE"),), plain),
        Row(
            "SOURCE_DATE_EPOCH",
            "__DATE__, gcc 11",
            EPOCH,
            made.CALC,
            (clock(CFLAGS="-DWITH_DATE", CC="gcc-11"),),
            plain,
        ),
        Row(
            "SOURCE_DATE_EPOCH",
            "__DATE__, clang 14",
            EPOCH,
            made.CALC,
            (clock(CFLAGS="-DWITH_DATE", CC="clang"),),
            plain,
        ),
        Row(
            "SOURCE_DATE_EPOCH",
            "__TIMESTAMP__, gcc 12",
            EPOCH,
            made.CALC,
            (source_times(CFLAGS="-DWITH_TIMESTAMP"),),
            plain,
        ),
        Row(
            "SOURCE_DATE_EPOCH",
            "date in a build script that reads it",
            EPOCH,
            made.CALC,
            (clock(STAMPS="date"),),
            plain,
        ),
        Row(
            "SOURCE_DATE_EPOCH",
            "date in a build script that does not",
            EPOCH,
            made.CALC,
            (clock(STAMPS="stubborn-date"),),
            plain,
        ),
        Row("SOURCE_DATE_EPOCH", "env! of a script's date, cargo", EPOCH, made.RTOOL, (clock(STAMPS="date"),)),
        Row("SOURCE_DATE_EPOCH", "go -X of a script's date", EPOCH, made.GOSUM, (clock(STAMPS="date"),)),
        Row("--build-id=none", "random ID (--build-id=uuid)", NO_ID, made.CALC, (uuid,), plain),
        Row(
            "--build-id=none",
            "path in DWARF, stripped after the link",
            NO_ID,
            made.CALC,
            (build_path(),),
            made.both(debug, relative, made.STRIPPED),
        ),
        Row(
            "--build-id=none",
            "path in DWARF, not stripped",
            NO_ID,
            made.CALC,
            (build_path(),),
            made.both(debug, relative),
        ),
        Row("--build-id=none", "__DATE__", NO_ID, made.CALC, (clock(CFLAGS="-DWITH_DATE"),), plain),
        Row(
            "-C metadata=''",
            "cargo, path dependency outside the workspace",
            METADATA,
            made.RTOOL,
            (build_path(OTHER_LENGTH, "rust-metadata"),),
            made.both(made.OUTSIDE, env(RUSTFLAGS="--remap-path-prefix={top}=/src")),
        ),
        Row(
            "-C metadata=''",
            "plain rustc, -C metadata=one and =two",
            METADATA,
            made.RPLAIN,
            (environment("rust-metadata", "RUSTFLAGS", "-Cmetadata=one", "-Cmetadata=two"),),
            relative,
        ),
        Row("--remap-path-prefix", "panic messages, plain rustc", REMAP, made.RPLAIN, (build_path(),)),
        Row("--remap-path-prefix", "debug info, cargo", REMAP, made.RTOOL, (build_path(),), made.CARGO_DEBUG),
        Row("--remap-path-prefix", "panic messages of vendored crates, cargo", REMAP, made.RLOCKED, (build_path(),)),
        Row("--remap-path-prefix", 'env!("CARGO_MANIFEST_DIR")', REMAP, made.RTOOL, (build_path(),), manifest),
        Row(
            "--remap-path-prefix",
            "path dependency outside the workspace",
            REMAP,
            made.RTOOL,
            (build_path(),),
            made.OUTSIDE,
        ),
        Row(
            "CARGO_INCREMENTAL=0",
            "dev profile, incremental on one side",
            "export CARGO_INCREMENTAL=0",
            made.RTOOL,
            (environment("incremental-build", "CARGO_INCREMENTAL", "0", "1"),),
            env(PROFILE="dev"),
        ),
        Row(
            "CARGO_INCREMENTAL=0",
            "release profile, incremental on one side",
            "export CARGO_INCREMENTAL=0",
            made.RTOOL,
            (environment("incremental-build", "CARGO_INCREMENTAL", "0", "1"),),
        ),
        Row(
            "CARGO_INCREMENTAL=0",
            "two directories, debug info",
            "export CARGO_INCREMENTAL=0",
            made.RTOOL,
            (build_path(),),
            env(PROFILE="dev"),
        ),
        Row("LC_ALL=C", "month name from date", "export LC_ALL=C", made.CALC, (month,), plain),
        Row(
            "LC_ALL=C",
            "objects linked in the order of ls",
            "export LC_ALL=C",
            made.CALC,
            (environment("locale", "LC_ALL", "C", "en_US.UTF-8", LINK_ORDER="locale"),),
            plain,
        ),
        Row(
            "LC_ALL=C",
            "objects linked in readdir's order",
            "export LC_ALL=C",
            made.CALC,
            (environment("link-order", "LINK_ORDER", "sorted", "shuffled"),),
            plain,
        ),
        Row("TZ=UTC", "date with a zone", "export TZ=UTC", made.CALC, (zone,), plain),
        Row(
            "TZ=UTC",
            "__DATE__ in two zones, gcc 12",
            "export TZ=UTC",
            made.CALC,
            (environment("time-zone", "TZ", "UTC", "Asia/Tokyo", CFLAGS="-DWITH_DATE"),),
            plain,
        ),
        Row(
            "TZ=UTC",
            "__TIMESTAMP__ in two zones, gcc 12",
            "export TZ=UTC",
            made.CALC,
            (environment("time-zone", "TZ", "UTC", "Asia/Tokyo", CFLAGS="-DWITH_TIMESTAMP"),),
            plain,
        ),
        Row(
            "TZ=UTC",
            "__DATE__ at another hour",
            "export TZ=UTC",
            made.CALC,
            (clock(32400, CFLAGS="-DWITH_DATE"),),
            plain,
        ),
        Row("--locked", "no Cargo.lock on one side", "export CARGO_LOCKED=--locked", made.RLOCKED, (unlocked,)),
        Row(
            "--locked",
            "Cargo.lock committed, used by both",
            "export CARGO_LOCKED=--locked; export LOCK=committed",
            made.RLOCKED,
            (unlocked,),
        ),
        Row("--locked", "same lock, two directories", "export CARGO_LOCKED=--locked", made.RLOCKED, (build_path(),)),
    ]


def differing(a: bytes, b: bytes) -> int:
    """What ``cmp -l`` counts, plus the difference in length."""
    return sum(one != other for one, other in zip(a, b, strict=False)) + abs(len(a) - len(b))


def build_both(workshop: Workshop, pair: Pair, label: str, script: str) -> str:
    """The number of differing bytes, or why there is none."""
    contents = []
    for letter in "ab":
        target = workshop.root / pair.name / f"{letter}-{label}"
        try:
            if not target.exists():
                workshop.build(pair, letter, target, script)
        except ToolMissing as missing:
            return f"no {missing}"
        except BuildFailed:
            return f"side {letter} refuses to build"
        contents.append(target.read_bytes())
    return f"{differing(*contents):,}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--keep", metavar="DIR", type=Path, help="keep and reuse what was built")
    parser.add_argument("--markdown", action="store_true", help="the table for docs/flags.md")
    options = parser.parse_args(arguments)
    workshop = Workshop((options.keep or SCRATCH).resolve())
    workshop.prepare()
    table = []
    for row in rows():
        without = build_both(workshop, row.pair, "without", "")
        with_flag = build_both(workshop, row.pair, "with", row.line)
        answer = "yes" if with_flag == "0" else "no"
        table.append([f"`{row.flag}`" if options.markdown else row.flag, row.what, without, with_flag, answer])
    headers = ["flag", "pair", "bytes that differ without", "with", "fixes it"]
    form = "github" if options.markdown else "simple"
    print(
        tabulate(
            table,
            headers=headers,
            tablefmt=form,
            colalign=("left", "left", "right", "right", "left"),
            disable_numparse=True,
        )
    )
    if options.keep is None:
        shutil.rmtree(workshop.root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
