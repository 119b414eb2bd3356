"""Exported symbols, SONAME and needed libraries of pairs of libraries, beside nm and readelf; abidiff's exit bits, too.

``python -m benchmarks.symbols [--pairs N] [DIR …]``. Pairs are neighbours among the files of the directories (default:
the machine's libraries) that ``nm -D`` can read, every one once as a and once as b; and built pairs of libraries for
abidiff, whose exit code is held against what the report says.
"""

from __future__ import annotations

import argparse
import itertools
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tabulate import tabulate

from elfdiff.abidiff import abi_notes
from elfdiff.elf.file import parse
from elfdiff.interface import interface

DEFAULT = (Path("/usr/lib/x86_64-linux-gnu"), Path("/usr/lib/aarch64-linux-gnu"))
BASE = "struct s { int a; }; int one(struct s *x) { return x->a; } int two(void) { return 2; } int held = 1;"
ABI = {
    "other optimisation": (BASE, ["-g", "-O2"]),
    "another body": (BASE.replace("return 2", "return 3"), ["-g"]),
    "function added": (BASE + " int three(void) { return 3; }", ["-g"]),
    "function removed": (BASE.replace("int two(void) { return 2; }", ""), ["-g"]),
    "variable removed": (BASE.replace("int held = 1;", ""), ["-g"]),
    "struct grew": (BASE.replace("int a;", "int a; long b;"), ["-g"]),
    "return type": (BASE.replace("int two", "long two"), ["-g"]),
    "one without debug information": (BASE.replace("int a;", "int a; long b;"), []),
}
"""Name → source and options of b; a is BASE with -g."""
SAID = {0: "no change in exported", 4: "a person must look", 12: "calls incompatible"}
NOT_RUN = "was not run"


def said(*command: str) -> str:
    """What a program prints; empty if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"LC_ALL": "C", "PATH": "/usr/bin"})
    return done.stdout if done.returncode == 0 else ""


def exported(path: Path) -> frozenset[str]:
    """Names that nm shows as defined, with their versions."""
    rows = (line.split() for line in said("nm", "-D", "--with-symbol-versions", str(path)).splitlines())
    return frozenset(row[-1] for row in rows if len(row) == 3)


def dynamic(path: Path, tag: str) -> list[str]:
    """Values of a tag, as readelf shows them."""
    return re.findall(rf"\({tag}\).*\[(.*)\]", said("readelf", "-dW", str(path)))


def libraries(folders: list[Path], wanted: int) -> list[Path]:
    """Files with exported symbols, each once, spread over the directories."""
    names = sorted({path.resolve() for folder in folders for path in folder.glob("*.so*") if path.is_file()})
    step = max(len(names) // (2 * wanted), 1)
    found: list[Path] = []
    for path in names[::step]:
        if exported(path):
            found.append(path)
        if len(found) > wanted:
            break
    return found


def wrong(a: Path, b: Path) -> list[str]:
    """What the report says otherwise than nm and readelf."""
    found = interface(*(parse(path.read_bytes(), str(path)) for path in (a, b)))
    if found is None:
        return ["no interface"]
    left, right = exported(a), exported(b)
    checks = {
        "same": (found.exported.same, len(left & right)),
        "added": (set(found.exported.added), right - left),
        "removed": (set(found.exported.removed), left - right),
        "soname": (found.soname, tuple(next(iter(dynamic(path, "SONAME")), None) for path in (a, b))),
        "needed": (set(found.needed.added), set(dynamic(b, "NEEDED")) - set(dynamic(a, "NEEDED"))),
    }
    return [what for what, (ours, theirs) in checks.items() if ours != theirs]


def abi() -> list[list[object]]:
    """A row a built pair: abidiff's exit code, what the report says, whether that is right."""
    rows: list[list[object]] = []
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)

        def built(out: str, source: str, options: list[str]) -> str:
            (home / "x.c").write_text(source)
            command = ["gcc", "-shared", "-fPIC", *options, "-o", out, "x.c"]
            subprocess.run(command, cwd=home, check=True, capture_output=True)
            return str(home / out)

        a = built("a.so", BASE, ["-g"])
        for what, (source, options) in ABI.items():
            b = built("b.so", source, options)
            command = ["abidiff", "--no-default-suppression", a, b]
            code = subprocess.run(command, check=False, capture_output=True).returncode
            note = abi_notes(a, b)[0]
            expected = NOT_RUN if "-g" not in options else SAID.get(code, "failed")
            rows.append([what, code, note.removeprefix("--abi: ")[:70], expected in note])
    return rows


def main() -> int:
    """1 if anything is told otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", metavar="DIR", type=Path, nargs="*")
    parser.add_argument("--pairs", type=int, default=60)
    arguments = parser.parse_args()
    names = libraries(arguments.folders or [folder for folder in DEFAULT if folder.is_dir()], arguments.pairs)
    pairs = list(itertools.pairwise(names))[: arguments.pairs]
    bad = [(a, b, found) for a, b in pairs if (found := wrong(a, b))]
    for a, b, found in bad:
        print(f"{a.name}, {b.name}: {', '.join(found)}")
    print(f"{len(pairs)} pairs of libraries, {len(bad)} told otherwise than nm and readelf do")
    if shutil.which("abidiff") is None or shutil.which("gcc") is None:
        print("abidiff or gcc is not installed", file=sys.stderr)
        return 1 if bad else 0
    rows = abi()
    print("\n" + tabulate(rows, headers=["pair", "abidiff's exit", "the report", "right"], tablefmt="github"))
    return 1 if bad or not all(row[-1] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
