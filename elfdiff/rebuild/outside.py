"""Outside: directories beside the tree that a build can write to. Each build gets a layer of its own over them
(overlayfs), so that what it writes there is seen, reaches no other build, and is gone afterwards.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

TOOLCHAINS = {"CARGO_HOME": ".cargo", "RUSTUP_HOME": ".rustup", "GOPATH": "go", "GOCACHE": ".cache/go-build"}
"""Variables that say where a toolchain keeps itself, and where that is below HOME if they are not set."""
_INSTALLED = ("/usr", "/opt", "/etc")
"""Where installing writes to, if it may."""
_SPECIAL = frozenset(":,\\")
"""What separates the options of a mount."""


def places(environment: Mapping[str, str], scratch: Path) -> tuple[tuple[str, ...], dict[str, str]]:
    """Directories over which a layer may be tried, and why the others have none: place → reason."""
    home = os.path.realpath(environment.get("HOME") or "/")
    found: list[str] = []
    refused: dict[str, str] = {}
    mounted = _mounted()
    for place in dict.fromkeys((home, *_INSTALLED)):
        if place == "/" or not os.path.isdir(place) or not os.access(place, os.W_OK):
            continue
        if any(_is_below(place, other) for other in found):
            continue
        reason = _unfit(place, str(scratch), mounted)
        if reason is None:
            found.append(place)
        else:
            refused[place] = reason
    return tuple(found), refused


def kept(environment: Mapping[str, str], layered: Sequence[str]) -> tuple[str, ...]:
    """Directories of toolchains that stay as they are below a layer: what is downloaded or compiled once is kept."""
    home = environment.get("HOME") or "/"
    named = {environment.get(name) or f"{home}/{below}" for name, below in TOOLCHAINS.items()}
    real = {os.path.realpath(path) for path in named if os.path.isdir(path)}
    return tuple(sorted(path for path in real if any(_is_below(path, place) for place in layered)))


def written(upper: Path, place: str) -> Iterator[str]:
    """What a build wrote, by its own paths: files, what it removed, and each directory that is new as one."""
    for found, directories, files in os.walk(upper):
        here = Path(place, os.path.relpath(found, upper))
        for name in [name for name in directories if not os.path.isdir(here / name)]:
            directories.remove(name)
            yield str(here / name)
        for name in files:
            yield str(here / name)


def _unfit(place: str, scratch: str, mounted: Sequence[str]) -> str | None:
    if not _SPECIAL.isdisjoint(place + scratch):
        return "its name holds a character that a mount cannot take"
    if _is_below(scratch, place):
        return f"the scratch directory is below it: TMPDIR={scratch}"
    below = [path for path in mounted if _is_below(path, place) and path != place]
    return f"{below[0]} is mounted below it" if below else None


def _is_below(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


def _mounted() -> tuple[str, ...]:
    """Where something is mounted (proc(5), mountinfo: the fifth field, blanks escaped)."""
    try:
        lines = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ()
    return tuple(line.split()[4].replace("\\040", " ") for line in lines)
