"""A row of docs/far.md: one toolchain or format, its build, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ASSERTING = """#include <assert.h>
#include <stdio.h>
int twice(int value) { assert(value < 1000); return 2 * value; }
int main(int count, char **words) { (void)words; printf("%d\\n", twice(count)); return 0; }
"""
"""A C program whose assert compiles __FILE__ in."""
BARE = "int twice(int value) { return 2 * value; }\nint main(void) { return twice(21) - 42; }\n"
"""A C program that needs no header."""

PATH, TIME, FILES, AGAIN = "path", "time", "files", "again"
WAYS = (PATH, TIME, FILES, AGAIN)
"""What is other in the second build: its directory; the clock; the times of the sources; nothing."""


@dataclass(frozen=True)
class Row:
    """One toolchain or format.

    ``version`` is a command whose first line names the version. ``build`` is a shell script that makes ``artifact`` in
    a directory that holds ``files``. ``expect`` gives, for each way in which builds differ, the roots that are true;
    one behind a question mark may be named. ``fixed`` is the build with the remedy, after which all ways that
    ``cures`` names give equal files; None where nothing but equal conditions removes it. ``says`` is text that
    elfdiff's actions must hold (any of those between bars), None if no action is asked for. ``removed`` is the remedy
    in words, for the table. ``needs`` are commands without which the row is left out.
    """

    name: str
    version: str
    build: str
    artifact: str
    expect: Mapping[str, tuple[str, ...]]
    files: Mapping[str, str] = field(default_factory=dict)
    fixed: str | None = None
    removed: str = ""
    says: str | None = None
    cures: tuple[str, ...] = (PATH,)
    needs: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
