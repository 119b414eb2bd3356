"""Pairs of four sizes, each twice the last, from one generated program: what grows more than its input shows here.

A unit of the program has functions that assert (so paths are compiled in), switch, call each other and print. Of eight
units the first one, two, four and eight are linked. ``other path`` compiles the same source in a directory with a
longer name; ``all different`` compiles it with ``-O2`` instead of ``-O1``.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

SIZES = (1, 2, 4, 8)
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


def pairs(home: Path, compiler: str = "gcc") -> list[Grown]:
    """Every pair, built below ``home``. Raises CalledProcessError if the compiler fails."""
    builds = {"a": ("-O1", "one"), "path": ("-O1", "one-with-a-longer-name"), "all": ("-O2", "one")}
    found: dict[tuple[str, int], str] = {}
    for name, (level, directory) in builds.items():
        place = home / name / directory
        place.mkdir(parents=True)
        for unit in range(max(SIZES)):
            (place / f"u{unit}.c").write_text(source(unit, unit == 0))
            _run(compiler, "-g", level, "-c", f"u{unit}.c", cwd=place)
        for units in SIZES:
            last = f"f{units - 1}_{FUNCTIONS - 1}"
            (place / "main.c").write_text(
                f"int {last}(int);\nint main(int n, char **v) {{ (void)v; return {last}(n); }}\n"
            )
            objects = [f"u{unit}.o" for unit in range(units)]
            _run(compiler, "-g", level, "-o", f"program{units}", "main.c", *objects, cwd=place)
            found[name, units] = str(place / f"program{units}")
    return [
        Grown(kind, units, found["a", units], found[other, units])
        for kind, other in zip(KINDS, ("path", "all"), strict=True)
        for units in SIZES
    ]


def _run(*command: str, cwd: Path) -> None:
    subprocess.run(command, cwd=cwd, check=True)
