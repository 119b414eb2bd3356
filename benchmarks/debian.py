"""Debian source packages built twice with one thing varied, explained, and built again as the report says.

    python benchmarks/debian.py -C WORKSHOP [--vary NAME,…] SOURCE …

Sources are fetched with apt-get. Each is built by dpkg-buildpackage in two worlds that differ in one variation, and
every package that both builds gave is compared. The lines that stand under DO FIRST are then run at the top of the
source tree before each of the two builds, word for word; the packages of these builds must be the same bit for bit.
Builds are kept in the workshop, so that a second run only compares. Build dependencies must be installed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tabulate import tabulate

from benchmarks.accuracy import first_actions
from benchmarks.pairs.debian import SourceMissing, dsc_of
from elfdiff.actions import is_pasted
from elfdiff.errors import ElfdiffError
from elfdiff.render.treetext import as_report
from elfdiff.report import Role
from elfdiff.tree import Tree
from elfdiff.trees.options import TreeOptions
from elfdiff.trees.paths import compare_paths

PLACES = ("one/build", "another/place/below")
"""Directories of the workshop in which packages are built."""
UNMAPPED = {"CFLAGS": "-g -O2", "CXXFLAGS": "-g -O2"}
"""Flags without dpkg-buildflags' own prefix map."""


@dataclass(frozen=True)
class World:
    """What a build is given."""

    place: int = 0
    env: dict[str, str] = field(default_factory=dict)
    umask: str = "022"
    reversed_order: bool = False


@dataclass(frozen=True)
class Variation:
    """Two worlds, and the roots that may be named where packages differ."""

    a: World
    b: World
    roots: frozenset[str]


VARIATIONS = {
    "time": Variation(
        World(env={"SOURCE_DATE_EPOCH": "1700000000"}),
        World(env={"SOURCE_DATE_EPOCH": "1731625261"}),
        frozenset({"file-times", "build-time"}),
    ),
    "path": Variation(World(0, UNMAPPED), World(1, UNMAPPED), frozenset({"build-path"})),
    "umask": Variation(World(), World(umask="077"), frozenset({"umask"})),
    "locale": Variation(World(env={"LC_ALL": "C"}), World(env={"LC_ALL": "C.UTF-8"}), frozenset({"locale"})),
    "order": Variation(World(), World(reversed_order=True), frozenset({"file-order", "link-order"})),
}


@dataclass
class Outcome:
    """One row of the table."""

    package: str
    variation: str
    verdict: str
    roots: list[str]
    unexplained: int
    entries: int
    right: bool
    fix: str = "-"


class Workshop:
    """Keeps sources and builds below ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def build(self, source: str, world: World, script: str = "") -> Path:
        """The directory of the packages that a build gave. Raises SourceMissing, CalledProcessError."""
        key = hashlib.sha256(repr((source, world, script)).encode()).hexdigest()[:16]
        home = self.root / "built" / f"{source}-{key}"
        if home.exists():
            return home
        dsc = dsc_of(source, self.root)
        place = self.root / PLACES[world.place]
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        tree = place / source
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["dpkg-source", "--no-check", "-x", str(dsc), str(tree)], check=True, **quiet)
        if world.reversed_order:
            tree.rename(place / "below")
            tree.mkdir()
            options = ["--multi-user=yes", "--reverse-dirents=yes", "--sort-dirents=yes", "-q"]
            subprocess.run(["disorderfs", *options, str(place / "below"), str(tree)], check=True, **quiet)
        told = " ".join(f"{name}={shlex.quote(value)}" for name, value in world.env.items())
        lines = [f"umask {world.umask}", f"export DEB_BUILD_OPTIONS='nocheck parallel=1' {told}", script or ":"]
        lines.append("exec dpkg-buildpackage -b -uc -us -d")
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        log = self.root / "logs" / f"{source}-{key}"
        log.parent.mkdir(exist_ok=True)
        try:
            with log.open("wb") as out:
                command = ["nice", "-n", "5", "bash", "-e", "-c", "\n".join(lines)]
                subprocess.run(command, cwd=tree, env=kept, check=True, stdout=out, stderr=out, timeout=900)
        finally:
            if world.reversed_order:
                subprocess.run(["fusermount", "-u", str(tree)], check=True, **quiet)
        partial = home.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        for path in sorted(place.iterdir()):
            if path.is_file():
                shutil.copy(path, partial / path.name)
        partial.rename(home)
        return home


def examine(workshop: Workshop, source: str, name: str) -> Iterator[Outcome]:
    """A row for each package that differs, and one for those that do not."""
    variation = VARIATIONS[name]
    a, b = workshop.build(source, variation.a), workshop.build(source, variation.b)
    found: list[tuple[Outcome, str]] = []
    same = 0
    for path in sorted(a.glob("*.deb")):
        other = b / path.name
        if not other.exists():
            continue
        if path.read_bytes() == other.read_bytes():
            same += 1
            continue
        tree = compare_paths(str(path), str(other), TreeOptions())
        if isinstance(tree, Tree):
            found.append((judged(path.name, name, variation, tree), script_of(tree)))
    scripts = dict.fromkeys(script for _, script in found if script)
    if scripts:
        script = "\n".join(dict.fromkeys(line for script in scripts for line in script.split("\n")))
        fixed = [workshop.build(source, world, script) for world in (variation.a, variation.b)]
        for outcome, own in found:
            sides = [(side / outcome.package).read_bytes() for side in fixed]
            outcome.fix = ("identical" if sides[0] == sides[1] else "still differ") if own or script else "-"
    yield from (outcome for outcome, _ in found)
    if same:
        yield Outcome(f"{source}: {same} packages", name, "identical", [], 0, 0, True)


def judged(package: str, name: str, variation: Variation, tree: Tree) -> Outcome:
    """Whether what is named is what was varied, and nothing else."""
    roots = [item.finding.cause for item in tree.findings if item.finding.role is not Role.CONSEQUENCE]
    left = tree.ledger.totals.unexplained.most if tree.ledger is not None else 0
    right = set(roots) <= variation.roots and bool(roots or tree.verdict == "cause-not-in-files")
    changed = sum(entry.status not in ("same",) for entry in tree.entries)
    return Outcome(package, name, str(tree.verdict), roots, left, changed, right)


def script_of(tree: Tree) -> str:
    """The lines that a shell takes of what stands under DO FIRST."""
    return "\n".join(action.line for _, action in first_actions(as_report(tree)) if is_pasted(action))


def main() -> int:
    """1 if an answer is wrong, a byte unexplained, or a fix does not make packages equal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", metavar="SOURCE")
    parser.add_argument("-C", dest="root", required=True, metavar="WORKSHOP")
    parser.add_argument("--vary", default="time,path", metavar="NAME,…")
    args = parser.parse_args()
    workshop = Workshop(Path(args.root).resolve())
    rows: list[Outcome] = []
    for source in args.sources:
        for name in args.vary.split(","):
            try:
                rows += examine(workshop, source, name)
            except (SourceMissing, ElfdiffError, subprocess.SubprocessError) as error:
                print(f"{source}, {name}: {error}", file=sys.stderr)
    print(table(rows))
    return 0 if all(row.right and not row.unexplained and row.fix != "still differ" for row in rows) else 1


def table(rows: Sequence[Outcome]) -> str:
    """As docs/accuracy.md has it."""
    heads = ["package", "varied", "verdict", "roots and inputs", "unexplained", "entries", "right", "fixed builds"]
    cells = [
        [r.package, r.variation, r.verdict, ", ".join(r.roots) or "-", r.unexplained, r.entries, r.right, r.fix]
        for r in rows
    ]
    return tabulate(cells, heads, tablefmt="github")


if __name__ == "__main__":
    sys.exit(main())
