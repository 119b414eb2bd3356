"""How each cause gets into a pair. A function returns a Plant; the catalogue combines them."""

from __future__ import annotations

from .model import Change, Edit, Plant
from .workshop import CLOCK, MTIME


def roots(*names: str) -> frozenset[str]:
    """Cause ids."""
    return frozenset(names)


SAME_LENGTH = ("home/ci/build-1", "home/ci/build-2")
OTHER_LENGTH = ("home/ci/build-1", "srv/b2")
LONGER = ("w/x", "home/jenkins/workspace/release-pipeline/checkout")
RANDOM = ("tmp/tmpk3v9x2qa/src", "tmp/tmp0z7hh1mc/src")


def build_path(places: tuple[str, str] = OTHER_LENGTH, *causes: str) -> Plant:
    """Two directories."""
    return Plant(roots(*(causes or ("build-path",))), a=Change(place=places[0]), b=Change(place=places[1]))


def clock(seconds: int = 86461, **env: str) -> Plant:
    """Side b is built ``seconds`` later; ``env`` makes the program record it."""
    return Plant(roots("build-time"), both=Change(env=env), a=Change(clock=CLOCK), b=Change(clock=CLOCK + seconds))


def source_times(seconds: int = 86461, **env: str) -> Plant:
    """Sources checked out at another time, as __TIMESTAMP__ sees them."""
    return Plant(roots("file-times"), both=Change(env=env), a=Change(mtime=MTIME), b=Change(mtime=MTIME + seconds))


def environment(cause: str, name: str, a: str, b: str, *also: str, **both: str) -> Plant:
    """One variable has two values."""
    return Plant(roots(cause, *also), both=Change(env=both), a=Change(env={name: a}), b=Change(env={name: b}))


def flag(name: str, a: str, b: str, cause: str = "build-flags") -> Plant:
    """One flag differs."""
    return Plant(roots(cause), a=Change(env={name: a}), b=Change(env={name: b}))


def edit(file: str, old: str, new: str, cause: str = "source-change") -> Plant:
    """Side b has another source."""
    return Plant(roots(cause), b=Change(edits=(Edit(file, old, new),)))


def padding(file: str, count: int = 48) -> Plant:
    """A generator writes records of eight bytes whose holes, the second to the fourth byte, hold what was there."""
    folder = file.rsplit("/", 1)[0]
    use = '\n#include "records.h"\nint record_value(int i) { return records[i & 15].value; }\n'

    def generated(seed: int) -> Change:
        script = (
            f"import random; r = random.Random({seed}); "
            f"rows = [(i % 5, r.randrange(256), r.randrange(256), r.randrange(256), 7 * i) for i in range({count})]; "
            "print('struct record { unsigned char kind, hole[3]; int value; };'); "
            "print('static const struct record records[] = {'); "
            "print(*('{%d, {%d, %d, %d}, %d},' % row for row in rows)); print('};')"
        )
        return Change(before=(f'python3 -c "{script}" > {folder}/records.h',))

    both = Change(edits=(Edit(file, "", use),))
    return Plant(roots("uninitialised-memory"), both=both, a=generated(1), b=generated(2))


def written(file: str, causes: tuple[str, ...], script: str, a: str, b: str) -> Plant:
    """A generator appends C to a source: a Python ``script``, without double quotes, that prints it of its argument."""

    def generated(value: str) -> Change:
        return Change(before=(f"python3 -c \"{script}\" '{value}' >> {file}",))

    return Plant(roots(*causes), a=generated(a), b=generated(b))


TEXT = "import sys; print('const char *platform(void) { return ' + chr(34) + sys.argv[1] + chr(34) + '; }')"
"""A text that a function returns."""
TABLE = (
    "import random, sys; w = ['plugin_%d' % (n * n) for n in range(12)]; random.Random(int(sys.argv[1])).shuffle(w); "
    "q = chr(34); print('static const char *const plugins[] = {' + ', '.join(q + x + q for x in w) + '};'); "
    "print('const char *first_plugin(void) { return plugins[0]; }'); "
    "print('const char *any_plugin(int i) { return plugins[(i & 7) + 2]; }')"
)
"""A table in an order that the argument decides, and a function that reads one place of it."""
RESOURCES = (
    "import struct, sys; t = int(sys.argv[1]); "
    "rows = b''.join(struct.pack('>IHHHIQ', 24 * n, 0, 0, 1, 40 * n, t + 1000 * n) for n in range(9)); "
    "print('static const unsigned char tree[] = {' + ','.join(map(str, rows)) + '};'); "
    "print('int resource(int i) { return tree[(i & 63) + 3]; }')"
)
"""A table of resources as Qt's rcc writes it in format 2, with times in milliseconds."""


def strip(*options: str) -> Change:
    """Both sides are stripped after the link."""
    return Change(after=(" ".join(["${STRIP:-strip}", *options, '"$1"']),))


def after(*lines: str) -> Change:
    """Shell lines on the finished file, ``$1``."""
    return Change(after=lines)


def debug_link(strip_words: str = "--strip-all") -> Change:
    """Strip, and leave a .gnu_debuglink with the CRC of the separate debug file."""
    return Change(
        after=(
            '${OBJCOPY:-objcopy} --only-keep-debug "$1" "$1.debug" && ${STRIP:-strip} '
            + strip_words
            + ' "$1" && cd "$(dirname "$1")" && ${OBJCOPY:-objcopy} --add-gnu-debuglink="$(basename "$1").debug" "$1"',
        )
    )


def nothing() -> Plant:
    """A null pair."""
    return Plant(frozenset())
