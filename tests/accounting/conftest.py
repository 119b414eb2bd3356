"""Pairs of programs that gcc builds in two directories, and the benchmark that plants edits in them."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from elfdiff.accounting.claims import Owner
from elfdiff.accounting.ledger import account
from elfdiff.comparison.alignment.alignment import Alignment
from elfdiff.comparison.pair import compare
from elfdiff.comparison.texts.rewrites import RewriteKind
from elfdiff.elf.file import parse
from elfdiff.report import Ledger, Role

MAIN = """
#include <assert.h>
#include <stdio.h>
extern int util(int, const char *);
static const char *names[] = {"alpha", "beta", "gamma", "delta"};
int table[100];
static int choose(int x) {
    switch (x) {
    case 0: puts("zero"); return 3;
    case 1: puts("one"); return 5;
    case 2: puts("two a"); return 7;
    case 3: return puts("three") + 1;
    case 4: return puts("four") + 11;
    case 5: puts("five"); return 6;
    case 6: return 99;
    }
    return 0;
}
__attribute__((noinline)) int twice(int x) { return util(x, "twice") * 2; }
int main(int argc, char **argv) {
    assert(argc < 9);
    for (int i = 0; i < argc; i++) {
        printf("%s %d\\n", names[i & 3], choose(i));
        table[i] = util(i, argv[0]) + twice(i);
    }
    return table[argc];
}
"""
UTIL = """
#include <assert.h>
#include <stdio.h>
struct node { struct node *next; const char *name; int v; };
static struct node first = {0, __FILE__, 1};
struct node second = {&first, "second", 2};
static int counter;
int util(int x, const char *s) {
    assert(s);
    counter += x;
    fprintf(stderr, "%s:%d %s %s\\n", __FILE__, __LINE__, s, second.next->name);
    return counter + second.v;
}
"""


@dataclass(frozen=True)
class Built:
    """Two files that differ by the directory in which they were built."""

    a: bytes
    b: bytes


@dataclass(frozen=True)
class Accounted:
    """A pair with its ledger; every inferred rewrite counts as owned by the root "build-path"."""

    alignment: Alignment
    ledger: Ledger


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Built]:
    """build(*flags, order=…, strip=…): the pair for these flags; skips without gcc."""
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("needs gcc")
    known: dict[tuple[object, ...], Built] = {}

    def made(*flags: str, orders: tuple[str, str] = ("mu", "mu"), strip: bool = False, one: bool = False) -> Built:
        key = (flags, orders, strip, one)
        if key in known:
            return known[key]
        top = tmp_path_factory.mktemp("pair")
        out: list[bytes] = []
        for name, order in zip(("aa", "aa" if one else "a-longer-directory"), orders, strict=True):
            folder = top / name
            folder.mkdir(exist_ok=True)
            (folder / "m.c").write_text(MAIN)
            (folder / "u.c").write_text(UTIL)
            sources = [str(folder / f"{letter}.c") for letter in order]
            subprocess.run([compiler, "-O2", *flags, *sources, "-o", "program"], check=True, cwd=folder)
            if strip:
                subprocess.run(["strip", "program"], check=True, cwd=folder)
            out.append((folder / "program").read_bytes())
        known[key] = Built(*out)
        return known[key]

    return made


@pytest.fixture(scope="session")
def accounted() -> Callable[[bytes, bytes], Accounted]:
    """accounted(a, b): align and account."""

    def run(a: bytes, b: bytes) -> Accounted:
        pair = compare(parse(a, "a"), parse(b, "b"))
        owners = {
            rewrite.id: (Owner("build-path", Role.ROOT),)
            for rewrite in pair.rewrites
            if rewrite.kind is not RewriteKind.OPAQUE
        }
        return Accounted(pair.alignment, account(pair.alignment, owners, ()))

    return run


@pytest.fixture(scope="session")
def mutation() -> ModuleType:
    """benchmarks/mutation.py, which stands beside the package."""
    top = str(Path(__file__).parents[2])
    if top not in sys.path:
        sys.path.append(top)
    return importlib.import_module("benchmarks.mutation")
