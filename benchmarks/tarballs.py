"""Release tarballs, each made twice: what elfdiff says of them, and whether its lines make both equal.

    python -m benchmarks.tarballs [NAME …]

Directory, clock, umask and owner of the checkout differ, all at once. Then both are made again as the report says:
lines that a shell takes word for word before the checkout, and the command of a sentence where its sentence puts it.
Writers that are not installed are left out.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tabulate import tabulate

from benchmarks.accuracy import first_actions
from elfdiff.actions import Do, is_pasted
from elfdiff.render.treetext import as_report
from elfdiff.report import Report, Role
from elfdiff.tree import Tree
from elfdiff.trees.options import TreeOptions
from elfdiff.trees.paths import compare_paths

AUTOTOOLS = """
printf '%s\\n' 'AC_INIT([hello],[1.0],[x@example.org])' 'AM_INIT_AUTOMAKE([foreign])' AC_PROG_CC \
  'AC_CONFIG_FILES([Makefile])' AC_OUTPUT > configure.ac
printf 'bin_PROGRAMS = hello\\nhello_SOURCES = hello.c\\nEXTRA_DIST = README data\\n' > Makefile.am
echo 'int main(void) { return 0; }' > hello.c
echo text > README
mkdir data
echo one > data/1
echo two > data/2
"""
PYTHON = """
printf '[build-system]\\nrequires = ["%s"]\\nbuild-backend = "%s"\\n' {requires} {backend} > pyproject.toml
printf '[project]\\nname = "pkg"\\nversion = "1.0"\\ndescription = "x"\\n' >> pyproject.toml
mkdir pkg
echo "'x'" > pkg/__init__.py
"""
PLAIN = "mkdir d; echo one > d/1; echo two > 2; echo 'int main(void) { return 0; }' > m.c; chmod u+x d/1"
COMMIT = "git init -q . && git add . && git -c user.name=x -c user.email=x@example.org commit -qm x --date @1767225600"
COMMITTED = {"GIT_COMMITTER_DATE": "@1767225600 +0000"}
SDIST = f"{sys.executable} -m build --sdist --no-isolation -o ../o . && mv ../o/*.tar.gz ../out"
AGAIN = (
    "gunzip < ../out > ../t && mkdir -m 755 ../again && tar -C ../again -xf ../t && "
    "{command} -C ../again -cf - . | gzip -n > ../out"
)
"""How a sentence about tar is followed where a program writes the tar by itself: it is packed again."""


@dataclass(frozen=True)
class Writer:
    """``sources`` makes the checkout, ``make`` the tarball ``../out``; ``again``: options of tar reach it by AGAIN."""

    sources: str
    make: str
    again: bool = False
    env: dict[str, str] = field(default_factory=dict)


WRITERS = {
    "make dist (automake)": Writer(
        AUTOTOOLS,
        "aclocal && automake --add-missing -c && autoconf && ./configure && make dist && mv hello-1.0.tar.gz ../out",
    ),
    "tar czf": Writer(PLAIN, "cd .. && tar czf out src"),
    "tar --format=posix, gzip": Writer(PLAIN, "cd .. && tar --format=posix -cf t src && gzip t && mv t.gz out", True),
    "sdist (setuptools)": Writer(PYTHON.format(requires="setuptools", backend="setuptools.build_meta"), SDIST, True),
    "sdist (flit)": Writer(
        PYTHON.format(requires="flit_core", backend="flit_core.buildapi") + COMMIT, SDIST, env=COMMITTED
    ),
    "sdist (hatchling)": Writer(PYTHON.format(requires="hatchling", backend="hatchling.build"), SDIST),
    "git archive, a tree": Writer(f"{PLAIN}\n{COMMIT}", "git archive --format=tar.gz 'HEAD^{tree}' > ../out", True),
    "git archive, a commit": Writer(
        f"{PLAIN}\n{COMMIT}",
        "git archive --format=tar.gz HEAD > ../out",
        env=COMMITTED,
    ),
    "cargo package": Writer(
        'printf \'[package]\\nname = "pkg"\\nversion = "0.1.0"\\nedition = "2021"\\n\' > Cargo.toml\n'
        "mkdir src; echo 'fn main() {}' > src/main.rs",
        "cargo package --allow-dirty --no-verify --offline && mv target/package/*.crate ../out",
    ),
    "npm pack": Writer(
        'echo \'{"name": "pkg", "version": "1.0.0", "main": "i.js"}\' > package.json\n'
        "echo 1 > i.js; mkdir lib; echo 2 > lib/a.js",
        "npm pack --offline && mv *.tgz ../out",
    ),
}
WORLDS = (("one", "022", 0), ("another/deeper", "077", 1000))
"""Directory, umask, owner."""


def made(writer: Writer, home: Path, world: tuple[str, str, int], lines: str, after: str) -> Path | None:
    """The tarball; None where its writer is missing or fails."""
    place, mask, owner = world
    source = home / place / "src"
    source.mkdir(parents=True)
    # The checkout alone is given an owner; git then asks whose it is, and the line of a report asks git.
    trusted = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    steps = (f"umask {mask}", lines, writer.sources, lines, f"chown -R {owner}:{owner} .", f"({writer.make})", after)
    script = "\n".join(steps)
    environment = {**os.environ, **trusted, **writer.env, "HOME": str(home)}
    for name in ("CARGO_HOME", "RUSTUP_HOME"):
        environment.setdefault(name, str(Path.home() / f".{name.partition('_')[0].lower()}"))
    done = subprocess.run(["bash", "-e", "-c", script], cwd=source, env=environment, capture_output=True, timeout=300)
    out = source.parent / "out"
    return out if done.returncode == 0 and out.exists() else None


def both(writer: Writer, home: Path, lines: str = "", after: str = "") -> tuple[Path, Path] | None:
    """The tarballs of both worlds."""
    a = made(writer, home, WORLDS[0], lines, after)
    time.sleep(1.1)
    b = made(writer, home, WORLDS[1], lines, after)
    return (a, b) if a is not None and b is not None else None


def row(name: str, writer: Writer, home: Path) -> list[object]:
    """One line of the table."""
    pair = both(writer, home / "plain")
    if pair is None:
        return [name, "not here"]
    found = compare_paths(str(pair[0]), str(pair[1]), TreeOptions())
    if isinstance(found, Report) or found.ledger is None:
        return [name, str(found.verdict)]
    causes = [
        f"{item.finding.cause}, {item.finding.confidence}"
        for item in found.findings
        if item.finding.role is not Role.CONSEQUENCE
    ]
    lines, after, told = _followed(found, writer)
    fixed = both(writer, home / "fixed", lines, after)
    equal = fixed is not None and fixed[0].read_bytes() == fixed[1].read_bytes()
    left = found.ledger.totals.unexplained.most
    return [name, "; ".join(causes), left, told, "identical" if equal else "still differ" if fixed else "broke"]


def _followed(found: Tree, writer: Writer) -> tuple[str, str, str]:
    """Lines before the checkout, what is done behind the tarball, and both in a few words."""
    lines, after, told = [], "", []
    for _, action in first_actions(as_report(found)):
        if is_pasted(action):
            lines.append(action.line)
        elif isinstance(action, Do) and action.command is not None and action.command.startswith("export "):
            lines.append(action.command)
        elif isinstance(action, Do) and (action.command or "").startswith("tar ") and writer.again:
            after = AGAIN.format(command=action.command)
        else:
            continue
        told.append((action.command if isinstance(action, Do) else action.line or "").partition("=")[0])
    if writer.again and not after and any(line.startswith("export TAR_OPTIONS") for line in lines):
        after = AGAIN.format(command="tar")
        told.append("packed again")
    return "\n".join(lines), after, "; ".join(told)


def main() -> int:
    """1 if some line does not make both equal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="those whose name holds one of these words")
    args = parser.parse_args()
    rows = []
    for name, writer in WRITERS.items():
        if not args.names or any(word in name for word in args.names):
            with tempfile.TemporaryDirectory() as home:
                rows.append(row(name, writer, Path(home)))
    heads = ["tarball", "causes", "unexplained", "followed", "made again"]
    print(tabulate(rows, heads, tablefmt="github"))
    return 1 if any(cells[-1] in ("still differ", "broke") for cells in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
