"""Places: lines of the source tree where a build sets its flags, or asks for what was varied."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from elfdiff.rebuild.variations.model import Variation

_MOST_PLACES = 3
_MOST_BYTES = 1 << 18
"""Of a script that is searched: what a person wrote is shorter."""
_MAKEFILES = ("Makefile", "makefile", "GNUmakefile")
_SCRIPTS = frozenset((*_MAKEFILES, "Kbuild", "CMakeLists.txt", "meson.build", "configure.ac", "build.rs", "rules"))
_ENDINGS = frozenset((".mk", ".am", ".in", ".ac", ".cmake", ".sh", ".bash", ".py", ".pl", ".rb", ".bat"))
_GENERATED = frozenset(
    [
        *("configure", "config.guess", "config.sub", "config.rpath", "ltmain.sh", "install-sh", "depcomp", "missing"),
        *("compile", "mkinstalldirs", "test-driver", "ylwrap", "libtool", "Makefile.in", "maint.mk"),
    ]
)
"""Scripts of the autotools and of gnulib, which ask for much that no artifact shows."""
_COMMENT = ("#", "//", "dnl ")

Files = Iterable[tuple[str, Path]]


def assignments(files: Files, variables: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Places in makefiles that set one of these variables whatever the environment says, the nearest to the top first:
    ("Makefile:3", "CFLAGS").
    """
    pattern = re.compile(rf"\s*(?:override\s+)?({'|'.join(map(re.escape, variables))})\s*:{{0,3}}=")
    found: list[tuple[str, str]] = []
    for name, path in _seen(files):
        if PurePosixPath(name).name in _MAKEFILES or name.endswith(".mk"):
            matches = ((number, pattern.match(line)) for number, line in _lines(path))
            found += ((f"{name}:{number}", match[1]) for number, match in matches if match)
    return tuple(found[:_MOST_PLACES])


def in_makefile(words: Sequence[str]) -> str | None:
    """Words as they stand in a makefile at the top of the tree; None for those that only a shell can expand."""
    written = " ".join(word.replace("$PWD", "$(CURDIR)") for word in words)
    return None if "${" in written or "`" in written else written


def asking(files: Files, variation: Variation) -> tuple[str, ...]:
    """Places in scripts and makefiles that ask for what the variation varies: "facts.sh:1"."""
    if variation.asked is None:
        return ()
    found: list[str] = []
    for name, path in _seen(files):
        if _is_script(name, path):
            found += (f"{name}:{number}" for number, line in _lines(path) if _asks(line, variation.asked.how))
    return tuple(found[:_MOST_PLACES])


def _asks(line: str, how: re.Pattern[str]) -> bool:
    return not line.lstrip().startswith(_COMMENT) and how.search(line) is not None


def _seen(files: Files) -> list[tuple[str, Path]]:
    """Files that a build may read itself; what begins with a dot belongs to other programs (.git, quilt's .pc)."""
    shown = [item for item in files if not any(part.startswith(".") for part in PurePosixPath(item[0]).parts)]
    return sorted(shown, key=lambda item: (item[0].count("/"), item[0]))


def _is_script(name: str, path: Path) -> bool:
    last = PurePosixPath(name)
    if last.name in _GENERATED:
        return False
    if last.name in _SCRIPTS or last.suffix in _ENDINGS:
        return True
    if last.suffix or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(2) == b"#!"


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines and their numbers; none of what is no text file of a person's length."""
    if path.is_file() and path.stat().st_size <= _MOST_BYTES:
        yield from enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
