"""Source: which files are built. The user's tree is read here, and never written to."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from elfdiff.errors import ElfdiffError
from elfdiff.rebuild.artifacts import LAYOUT
from elfdiff.values import dataclass

_ELF = b"\x7fELF"
_SOON = 60.0
_GIT = ("git", "-c", "safe.directory=*", "-c", "core.fsmonitor=false")
GIT_PLACES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX")
"""Variables that would make a build's git ask the user's own repository, as in a hook."""


class UnreadableSource(ElfdiffError):
    """The tree is no directory, or something in it cannot be read."""


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a tree: names below it (sorted) and where each is read. ``git``: git said which they are.

    ``left_out`` are programs and libraries that stand in the tree and belong to no commit: what an earlier build left.
    ``notes`` are sentences about what is not as in the user's tree. ``commits``: a build can ask git for the last
    commit.
    """

    root: Path
    files: tuple[tuple[str, Path], ...]
    git: bool
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    commits: bool = False


def listed(root: Path, include_ignored: bool, globs: Sequence[str]) -> Source:
    """What is copied: tracked and untracked files and ``.git``, not what git ignores; without git everything.

    Neither way ELF files and images of no commit, nor what ``globs`` name, unless ``include_ignored`` asks for all.
    UnreadableSource if there is no such tree.
    """
    if not root.is_dir():
        raise UnreadableSource(f"{root}: no such directory")
    inside = _git(root, "rev-parse", "--show-prefix")
    if inside is None:
        return _chosen(root, (), _walked(root, root), include_ignored, globs, False, ())
    prefix = inside.strip().decode("utf-8", "surrogateescape")
    notes = (f"{root} is a part of a larger repository: its .git is not copied",) if prefix else ()
    tracked = _named(root, "--cached")
    rest = _walked(root, root) if include_ignored else _named(root, "--others", "--exclude-standard")
    own = () if prefix else tuple(_repository(root))
    chosen = _chosen(root, tracked, rest, include_ignored, globs, True, notes)
    known = {name for name, _ in chosen.files}
    files = (*chosen.files, *(item for item in own if item[0] not in known))
    commits = bool(own) and _git(root, "rev-parse", "--verify", "-q", "HEAD") is not None
    return Source(root, tuple(sorted(files)), True, chosen.left_out, notes, commits)


def copy(files: Sequence[tuple[str, Path]], target: Path) -> None:
    """Copy files, links as links, with their times and modes; directories are made as they are needed."""
    made: set[Path] = set()
    for name, origin in files:
        place = target / name
        if place.parent not in made:
            place.parent.mkdir(parents=True, exist_ok=True)
            made.add(place.parent)
        try:
            kind = origin.lstat().st_mode
            if stat.S_ISDIR(kind):
                place.mkdir(exist_ok=True)
            elif stat.S_ISREG(kind) or stat.S_ISLNK(kind):
                shutil.copy2(origin, place, follow_symlinks=False)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise UnreadableSource(f"{error.filename or origin}: cannot be copied: {error.strerror}") from error


def settle(tree: Path) -> None:
    """Make git take the copied files for those that the copied index knows, and ``tree`` for its work tree."""
    config = tree / ".git" / "config"
    if not config.is_file():
        return
    for words in (
        ("--unset", "core.worktree"),
        ("core.checkStat", "minimal"),
        ("core.trustctime", "false"),
    ):
        _git(tree, "config", "--file", str(config), *words)


def _chosen(
    root: Path,
    tracked: Sequence[str],
    rest: Sequence[str],
    include_ignored: bool,
    globs: Sequence[str],
    git: bool,
    notes: tuple[str, ...],
) -> Source:
    known = set(tracked)
    kept, left = list(tracked), set[str]()
    images = _layouts(name for name in rest if name not in known)
    for name in rest:
        if name in known:
            continue
        places = [name, *map(str, PurePosixPath(name).parents)]
        made = [place for place in places if place in images or any(fnmatch(place, glob) for glob in globs)]
        if not include_ignored and (made or _is_elf(root / name)):
            left.add(made[-1] if made else name)
        else:
            kept.append(name)
    return Source(root, tuple(sorted((name, root / name) for name in kept)), git, tuple(sorted(left)), notes)


def _layouts(names: Iterable[str]) -> frozenset[str]:
    """Directories that hold an OCI layout."""
    held: dict[str, set[str]] = {}
    for name in names:
        path = PurePosixPath(name)
        held.setdefault(str(path.parent), set()).add(path.name)
    return frozenset(place for place, files in held.items() if files >= LAYOUT)


def _is_elf(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return path.is_file() and not path.is_symlink() and file.read(4) == _ELF
    except OSError:
        return False


def _named(root: Path, *which: str) -> tuple[str, ...]:
    """Files that git names; a repository inside (a submodule) names its own."""
    said = _git(root, "ls-files", "-z", *which)
    found: list[str] = []
    for raw in (said or b"").split(b"\0"):
        name = os.fsdecode(raw).rstrip("/")
        if not name:
            continue
        path = root / name
        if path.is_dir() and not path.is_symlink():
            found += (f"{name}/{below}" for below in _inside(path))
        elif os.path.lexists(path):
            found.append(name)
    return tuple(found)


def _inside(root: Path) -> Iterator[str]:
    if not os.path.lexists(root / ".git"):
        return
    yield from _named(root, "--cached")
    yield from _named(root, "--others", "--exclude-standard")


def _walked(root: Path, top: Path) -> tuple[str, ...]:
    """Every file below, and every empty directory."""
    found: list[str] = []

    def refuse(error: OSError) -> None:
        raise UnreadableSource(f"{error.filename}: cannot be read: {error.strerror}") from error

    for place, directories, files in os.walk(top, onerror=refuse):
        links = [name for name in directories if os.path.islink(os.path.join(place, name))]
        for name in (*files, *links):
            found.append(os.path.relpath(os.path.join(place, name), root))
        if not files and not directories and place != str(top):
            found.append(os.path.relpath(place, root))
    return tuple(found)


def _repository(root: Path) -> Iterator[tuple[str, Path]]:
    """``.git`` as a directory of its own, also where the user's is a file that points elsewhere (a worktree)."""
    place = root / ".git"
    if place.is_dir():
        for name in _walked(root, place):
            if not name.endswith(".lock"):
                yield name, root / name
        return
    said = _git(root, "rev-parse", "--path-format=absolute", "--git-common-dir", "--absolute-git-dir")
    if said is None or len(said.splitlines()) != 2:
        return
    common, own = (Path(os.fsdecode(line)) for line in said.splitlines())
    of_worktree = {"HEAD", "index"}
    for name in _walked(common, common):
        if name.partition("/")[0] not in {"worktrees", "modules", *of_worktree} and not name.endswith(".lock"):
            yield f".git/{name}", common / name
    for name in sorted(of_worktree):
        if (own / name).is_file():
            yield f".git/{name}", own / name


def _git(root: Path, *words: str) -> bytes | None:
    """What git prints; None without git, outside of a repository, or where it fails."""
    environment = {name: value for name, value in os.environ.items() if name not in GIT_PLACES}
    environment["GIT_OPTIONAL_LOCKS"] = "0"
    try:
        said = subprocess.run(
            [*_GIT, "-C", str(root), *words], capture_output=True, check=False, env=environment, timeout=_SOON
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return said.stdout if said.returncode == 0 else None
