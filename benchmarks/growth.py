"""Pairs of five sizes, each four times the last but one, from one generated program: what grows faster than its input
shows here.

A unit of the program has functions that assert (so paths are compiled in), switch, call each other and print. Eight
units are compiled; larger programs link them again, each time with other names. ``other path`` compiles the same source
in a directory with a longer name; ``all different`` compiles it with ``-O2`` instead of ``-O1``.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SIZES = (1, 4, 16, 64, 128)
"""Units: a pair of the last is some 150 MB."""
UNITS = 8
FUNCTIONS = 600
"""In one unit: some 600 kB with debug information."""
KINDS = ("other path", "all different")


@dataclass(frozen=True)
class Grown:
    """One pair of the table."""

    kind: str
    units: int
    a: str
    b: str


def source(unit: int, first: bool) -> str:
    """One unit in C. ``first``: of its program, which gives the number of units to main."""
    before = f"f{unit - 1}_{FUNCTIONS - 1}"
    lines = ["#include <assert.h>", "#include <stdio.h>", f"int {before}(int);" if not first else ""]
    for index in range(FUNCTIONS):
        callee = f"f{unit}_{index - 1}(x - 1)" if index else "x" if first else f"{before}(x / 2)"
        lines.append(
            f"""static const char *const t{index}[] = {{"unit {unit} item {index} a", "unit {unit} item {index} b"}};
int f{unit}_{index}(int x) {{
    assert(x != {unit * FUNCTIONS + index});
    switch (x & 7) {{
    case 0: return x * {index + 3} + {unit};
    case 1: puts(t{index}[x & 1]); return {callee};
    case 2: return x ^ {index * 7 + unit};
    case 3: return x / {index + 2};
    case 4: return x - {index * unit + 1};
    case 5: return printf("%d %s\\n", x, t{index}[0]);
    default: return {callee} + {index};
    }}
}}"""
        )
    return "\n".join(lines) + "\n"


def pairs(home: Path, compiler: str = "gcc", sizes: Sequence[int] = SIZES) -> list[Grown]:
    """Every pair, built below ``home``; what was built there before is taken. Raises CalledProcessError."""
    builds = {"a": ("-O1", "one"), "path": ("-O1", "one-with-a-longer-name"), "all": ("-O2", "one")}
    found: dict[tuple[str, int], str] = {}
    for name, (level, directory) in builds.items():
        place = home / name / directory
        place.mkdir(parents=True, exist_ok=True)
        for unit in range(min(UNITS, max(sizes))):
            if not (place / f"u{unit}.o").exists():
                (place / f"u{unit}.c").write_text(source(unit, unit == 0))
                _run(compiler, "-g", level, "-c", f"u{unit}.c", cwd=place)
        for units in sizes:
            found[name, units] = str(place / f"program{units}")
            if not (place / f"program{units}").exists():
                _link(place, units, [compiler, "-g", level])
    return [
        Grown(kind, units, found["a", units], found[other, units])
        for kind, other in zip(KINDS, ("path", "all"), strict=True)
        for units in sizes
    ]


def _link(place: Path, units: int, compile_: list[str]) -> None:
    """Link ``program{units}``: the first units, and as many more copies of all of them as it takes."""
    objects = [f"u{unit}.o" for unit in range(min(units, UNITS))]
    last = [f"f{len(objects) - 1}_{FUNCTIONS - 1}"]
    names = [f"f{unit}_{index}" for unit in range(UNITS) for index in range(FUNCTIONS)]
    for copy in range(1, units // UNITS):
        table = place / "names"
        table.write_text("".join(f"{name} c{copy}{name}\n" for name in names))
        for unit in range(UNITS):
            objects.append(f"c{copy}u{unit}.o")
            _run("objcopy", f"--redefine-syms={table}", f"u{unit}.o", objects[-1], cwd=place)
        last.append(f"c{copy}{last[0]}")
    sums = " + ".join(f"{name}(n)" for name in last)
    lines = [f"int {name}(int);" for name in last]
    lines.append(f"int main(int n, char **v) {{ (void)v; return {sums}; }}\n")
    (place / "main.c").write_text("\n".join(lines))
    _run(*compile_, "-o", f"program{units}", "main.c", *objects, cwd=place)
    for name in objects[UNITS:]:
        (place / name).unlink()


def _run(*command: str, cwd: Path) -> None:
    subprocess.run(command, cwd=cwd, check=True)
