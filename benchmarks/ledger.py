"""Build real pairs and print, pair by pair, what the ledger says of them.

``python benchmarks/ledger.py [--work DIR] [--only WORD]``. Lua and SQLite come from ``apt-get source`` (Debian's
lua5.4 and sqlite3; SQLite's amalgamation needs tclsh), Rust from cargo and rustc, Go from a ``go`` on PATH; what is
missing is skipped with a word about it. Pairs are kept in DIR and not built twice.

Columns: size, raw (same-offset differences, as ``cmp -l | wc -l``, plus the difference in length), aligned (differing
bytes
of b after alignment), each class of b, contradicted, breakpoints, bytes of the proof and of a bsdiff4 patch, seconds,
MB.
The ledger is that of the report: causes own what their evidence names.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tabulate import tabulate

from elfdiff.accounting.explanation import dump
from elfdiff.accounting.ledger import account
from elfdiff.accounting.proof import prove
from elfdiff.accounting.verdict import code_verdict
from elfdiff.accounting.verify import verify
from elfdiff.causes import catalogue
from elfdiff.clock import Clock
from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence.gather import gather
from elfdiff.judging import judged
from elfdiff.steps import claims, owners

SHORT, LONG = "x1", "x2-a-longer-directory"
BIGGEST_PATCH = 8 << 20
"""bsdiff4 sorts suffixes; larger files would take longer than everything else together."""

RUST_MAIN = """
use std::collections::HashMap;
fn pick(v: &[u32], i: usize) -> u32 {
    if i > 100 { panic!("too big {}", i); }
    let x: Option<&u32> = v.get(i);
    *x.expect("index") + v[i % 3]
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let mut m: HashMap<String, usize> = HashMap::new();
    for a in &args { *m.entry(a.clone()).or_insert(0) += a.len(); }
    let v: Vec<u32> = args.iter().map(|s| s.parse().unwrap_or(7)).collect();
    println!("{:?} {:?} {}", m, v, pick(&v, args.len() + 2));
}
"""
GO_MAIN = """
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	m := map[string]int{}
	for i, a := range os.Args {
		m[strings.ToUpper(a)] = i
	}
	fmt.Println(m)
}
"""


@dataclass(frozen=True)
class Pair:
    """Two files and what they are."""

    name: str
    a: Path
    b: Path


def run(*command: str, at: Path) -> None:
    """A command that must succeed; what it prints is shown only if it does not."""
    done = subprocess.run(command, cwd=at, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)[:80]}: {done.stderr.strip()[-300:]}")


def source(work: Path, package: str, wanted: str) -> Path:
    """The unpacked Debian source of a package."""
    for found in sorted(work.glob(f"{package}-*/{wanted}")):
        return found.parents[wanted.count("/")]
    run("apt-get", "source", package, at=work)
    return next(iter(sorted(work.glob(f"{package}-*/{wanted}")))).parents[wanted.count("/")]


def stripped(path: Path) -> Path:
    """The same without symbols, beside it."""
    out = path.with_name(path.name + ".stripped")
    run("strip", "-o", str(out), str(path), at=path.parent)
    return out


def lua(work: Path) -> list[Pair]:
    """Lua with assertions (they hold paths), in two directories and with the objects in reverse."""
    top = source(work, "lua5.4", "src/lua.c")
    out: list[Path] = []
    for name in (SHORT, LONG):
        folder = work / "lua" / name
        shutil.copytree(top / "src", folder, dirs_exist_ok=True)
        # Debian's patch moves one setting to a header that its build writes.
        (folder / "lua5.4-deb-multiarch.h").write_text('#define DEB_HOST_MULTIARCH "x86_64-linux-gnu"\n')
        units = sorted(path.stem for path in folder.glob("*.c") if path.stem != "luac")
        for unit in units:
            flags = ["-std=gnu99", "-O2", "-g", "-DLUA_USE_POSIX", "-DLUA_USE_APICHECK"]
            run("gcc", *flags, "-c", str(folder / f"{unit}.c"), "-o", f"{unit}.o", at=folder)
        objects = [f"{unit}.o" for unit in units]
        run("gcc", "-o", "program", *objects, "-lm", "-ldl", "-Wl,-E", at=folder)
        run("gcc", "-o", "reversed", *reversed(objects), "-lm", "-ldl", "-Wl,-E", at=folder)
        out.append(folder)
    a, b = (folder / "program" for folder in out)
    backwards = out[0] / "reversed"
    return [
        Pair("lua -g, other path", a, b),
        Pair("lua stripped, other path", stripped(a), stripped(b)),
        Pair("lua -g, objects reversed", a, backwards),
        Pair("lua stripped, objects reversed", stripped(a), stripped(backwards)),
    ]


def sqlite(work: Path) -> list[Pair]:
    """The SQLite shell from its amalgamation."""
    top = source(work, "sqlite3", "configure")
    if not (top / "sqlite3.c").exists():
        run("./configure", "--disable-tcl", at=top)
        run("make", "sqlite3.c", "shell.c", at=top)
    out: list[Path] = []
    for name in (SHORT, LONG):
        folder = work / "sqlite" / name
        folder.mkdir(parents=True, exist_ok=True)
        for file in ("sqlite3.c", "sqlite3.h", "shell.c"):
            shutil.copy(top / file, folder)
        sources = [str(folder / "sqlite3.c"), str(folder / "shell.c")]
        run(
            "gcc", "-O2", "-g", "-DSQLITE_ENABLE_FTS5", *sources, "-o", "program", "-lm", "-ldl", "-lpthread", at=folder
        )
        out.append(folder / "program")
    return [
        Pair("sqlite3 -g, other path", out[0], out[1]),
        Pair("sqlite3 stripped, other path", stripped(out[0]), stripped(out[1])),
    ]


def rust(work: Path) -> list[Pair]:
    """A program by cargo with line tables, and by rustc with an absolute path."""
    made: dict[str, list[Path]] = {"cargo": [], "rustc": []}
    for name in (SHORT, LONG):
        folder = work / "rust" / name
        (folder / "src").mkdir(parents=True, exist_ok=True)
        (folder / "src" / "main.rs").write_text(RUST_MAIN)
        (folder / "Cargo.toml").write_text(
            '[package]\nname = "little"\nversion = "0.1.0"\nedition = "2021"\n[profile.release]\ndebug = 1\n'
        )
        run("cargo", "build", "--release", "--offline", at=folder)
        run("rustc", "-g", "-Copt-level=2", str(folder / "src" / "main.rs"), "-o", "absolute", at=folder)
        made["cargo"].append(folder / "target" / "release" / "little")
        made["rustc"].append(folder / "absolute")
    return [
        Pair("Rust, cargo, debug=1, other path", *made["cargo"]),
        Pair("Rust, rustc -g, absolute path", *made["rustc"]),
        Pair("Rust, rustc stripped, absolute path", *(stripped(path) for path in made["rustc"])),
    ]


def go(work: Path) -> list[Pair]:
    """A Go program with and without -trimpath, and in two directories."""
    out: list[tuple[Path, Path]] = []
    for name in (SHORT, LONG):
        folder = work / "go" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "main.go").write_text(GO_MAIN)
        (folder / "go.mod").write_text("module example.com/little\n\ngo 1.20\n")
        run("go", "build", "-o", "plain", ".", at=folder)
        run("go", "build", "-trimpath", "-o", "trimmed", ".", at=folder)
        out.append((folder / "plain", folder / "trimmed"))
    return [Pair("Go, other path", out[0][0], out[1][0]), Pair("Go, with and without -trimpath", out[0][0], out[0][1])]


MAKERS: dict[str, Callable[[Path], list[Pair]]] = {"lua": lua, "sqlite": sqlite, "rust": rust, "go": go}


def raw(a: bytes, b: bytes) -> int:
    """What cmp counts."""
    size = min(len(a), len(b))
    x, y = np.frombuffer(a, np.uint8, size), np.frombuffer(b, np.uint8, size)
    return int(np.count_nonzero(x != y)) + abs(len(a) - len(b))


def measure(pair: Pair) -> list[object]:
    """One row of the table."""
    a, b = pair.a.read_bytes(), pair.b.read_bytes()
    start = time.perf_counter()
    found = compare(parse(a, "a"), parse(b, "b"))
    alignment = found.alignment
    matches = judged(catalogue(), gather(found, Clock())).matches
    ledger = account(alignment, owners(matches), claims(found, matches))
    seconds = time.perf_counter() - start
    explanation = prove(alignment)
    proof = dump(explanation)
    good, sentence = verify(a, b, proof)
    if not good:
        raise RuntimeError(f"{pair.name}: {sentence}")
    t = ledger.totals
    code = code_verdict(alignment, ledger)
    return [
        pair.name, len(b), raw(a, b), t.differing.b, t.root.b + t.payload.b, t.consequence.b, t.hash.b, t.unexplained.b,
        t.contradicted.b, code.value if code else "-", len(ledger.breakpoints), len(proof), patch(a, b),
        round(seconds, 2), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    ]  # fmt: skip


def patch(a: bytes, b: bytes) -> object:
    """Bytes of a bsdiff4 patch."""
    if max(len(a), len(b)) > BIGGEST_PATCH:
        return "-"
    import bsdiff4

    return len(bsdiff4.diff(a, b))


def main() -> int:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks"))
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    rows: list[list[object]] = []
    for name, maker in MAKERS.items():
        if arguments.only not in name:
            continue
        try:
            pairs = maker(arguments.work.resolve())
        except (RuntimeError, OSError, StopIteration) as error:
            print(f"{name}: skipped: {error}", file=sys.stderr)
            continue
        rows += [measure(pair) for pair in pairs]
    heads = ["pair", "size", "raw", "aligned", "root+copied", "consequence", "hash", "unexplained", "contradicted",
             "code",
             "breakpoints", "proof", "bsdiff4", "s", "MB"]  # fmt: skip
    print(tabulate(rows, headers=heads, tablefmt="github", intfmt=","))
    return 0


if __name__ == "__main__":
    sys.exit(main())
