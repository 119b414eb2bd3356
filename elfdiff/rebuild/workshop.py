"""Workshop: makes one build of the source in one world, and keeps what it made."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import Event, Lock
from typing import Any

from elfdiff.errors import ElfdiffError
from elfdiff.rebuild import artifacts, outside, source
from elfdiff.rebuild.artifacts import Artifact
from elfdiff.rebuild.fixes import Script
from elfdiff.rebuild.host import Host
from elfdiff.rebuild.launch import Ended, launched
from elfdiff.rebuild.preload import reversed_listing
from elfdiff.rebuild.source import Source
from elfdiff.rebuild.variations.model import Variation
from elfdiff.rebuild.world import World
from elfdiff.values import dataclass, field

STALL = 30.0
"""Seconds without any movement after which a build under a clock that stands still is taken to hang."""
_SOON = 60.0
_OWN = ("home", "tmp", "wrappers")
"""Directories that every build has to itself, beside that of its tree."""
_STEADY = {"FAKEROOTDONTTRYCHOWN": "1", "CCACHE_DISABLE": "1"}
"""fakeroot: an owner that a user namespace does not know is no error. ccache would give files of another build."""
_LAST_LINES = 15
_LAST_BYTES = 1 << 14
_NOT_INHERITED = (*source.GIT_PLACES, "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "OLDPWD", "LD_PRELOAD", "_")
"""What would let a build know where elfdiff was called."""


class BuildFailed(ElfdiffError):
    """A build did not succeed; ``tail`` are the last lines of its log."""

    def __init__(self, sentence: str, tail: tuple[str, ...], over: str | None) -> None:
        super().__init__(sentence)
        self.tail = tail
        self.over = over


class NoRoom(ElfdiffError):
    """The scratch directory is full, or cannot be written for another reason."""


class Refused(ElfdiffError):
    """The system did not give a build its world."""


@dataclass(frozen=True, slots=True)
class Built:
    """One build that succeeded. ``made`` maps names to artifacts; ``left`` names processes that outlived it;
    ``stale`` artifacts that were there before; ``tail`` are the last lines of the log."""

    name: str
    varied: frozenset[str]
    script: Script
    seconds: float
    made: Mapping[str, Artifact]
    left: tuple[str, ...]
    stale: tuple[str, ...]
    tail: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for on the command line, as far as a single build knows it."""

    command: tuple[str, ...]
    globs: tuple[str, ...] = ()
    timeout: float = 3600.0
    gap: float = 1.1


@dataclass(frozen=True, slots=True)
class _Room:
    """Where one build really stands: ``area`` is the parent of its ``tree``, which may get artifacts too (dpkg)."""

    place: Path
    area: Path
    tree: Path


@dataclass
class Workshop:
    """Runs builds one after the other below ``root``, which is the experiment's own.

    ``finished`` has every build in the order in which they ended. ``told`` is called with a build's name before it
    begins. ``frozen`` says whether the clock is held still at all. ``outside`` are paths beside the tree
    that builds wrote to.
    """

    root: Path
    source: Source
    host: Host
    variations: tuple[Variation, ...]
    order: Order
    told: Callable[[str], None] = lambda name: None
    frozen: bool = True
    jobs: int = 1
    finished: list[tuple[str, tuple[str, ...], float, int | None]] = field(default_factory=list)
    stopped: Event = field(default_factory=Event)
    outside: set[str] = field(default_factory=set)
    _begun: float = 0.0
    _waiting: Lock = field(default_factory=Lock)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _logs: Iterator[int] = field(default_factory=lambda: count(1))
    _known: dict[tuple[frozenset[str], Script, bool], Built] = field(default_factory=dict)

    def prepare(self) -> None:
        """Copy the source once, so that all builds are of one state of it."""
        for name in ("store", "logs", "source"):
            (self.root / name).mkdir()
        self.before = artifacts.stamps(self.source.root)
        source.copy(self.source.files, self.snapshot)
        source.settle(self.snapshot)
        self.files = tuple((name, self.snapshot / name) for name, _ in self.source.files)

    @property
    def snapshot(self) -> Path:
        """The copy that every build is copied from."""
        return self.root / "source"

    def tree(self, world: World) -> Path:
        """Where the source stands for a build in this world, as the build sees it."""
        name = self.source.root.name or "tree"
        return self.root / "other" / "place" / f"{name}-b" if world.away else self.root / "a" / name

    def stored(self, artifact: Artifact) -> Path:
        """The content of an artifact."""
        return self.root / "store" / artifact.sha256

    def world(self, varied: frozenset[str]) -> World:
        """The world in which these variations are varied, and all others as in the control."""
        inherited = {name: value for name, value in self.host.environment.items() if name not in _NOT_INHERITED}
        world = World(inherited)
        for variation in self.variations:
            world = (variation.vary if variation.name in varied else variation.control)(world, self.host)
        return world if self.frozen and self.host.faketime and not self.host.rust else replace(world, now=None)

    def build(self, name: str, varied: frozenset[str], script: Script | None = None, again: bool = False) -> Built:
        """Build, or return what the same build gave before unless it is wanted ``again``.

        BuildFailed if the command fails, hangs beyond the deadline or makes nothing; Refused.
        """
        script = script or Script()
        key = (varied, script, self.frozen)
        if not again and key in self._known:
            return self._known[key]
        self._wait(varied)
        self.told(name)
        try:
            built = self._built(name, varied, script)
        except OSError as error:
            raise NoRoom(f"{error.filename or self.root}: {error.strerror}") from error
        self._known.setdefault(key, built)
        return built

    def build_all(self, wanted: Mapping[str, frozenset[str]], script: Script | None = None) -> dict[str, Built]:
        """Several builds, by name, as many at a time as were asked for; BuildFailed if one fails.

        They share paths only where each has a mount namespace; else they are made one after the other.
        """
        if self.jobs == 1 or not self.host.mounts:
            return {name: self.build(name, varied, script) for name, varied in wanted.items()}
        with ThreadPoolExecutor(self.jobs) as pool:
            try:
                made = {name: pool.submit(self.build, name, varied, script) for name, varied in wanted.items()}
                return {name: future.result() for name, future in made.items()}
            except BaseException:
                self.stopped.set()
                pool.shutdown(cancel_futures=True)
                self.stopped.clear()
                raise

    def trespasses(self) -> tuple[str, ...]:
        """Files of the user's own tree that were written while builds ran; a mount namespace makes that impossible."""
        if self.host.mounts:
            return ()
        now = artifacts.stamps(self.source.root)
        return tuple(sorted(name for name in now.keys() | self.before.keys() if now.get(name) != self.before.get(name)))

    def witnesses(self, varied: frozenset[str]) -> dict[str, str]:
        """What each variation's witness says in a world; no variation is missing, some may say nothing."""
        mark = "==elfdiff=="
        parts = [f"echo {mark}{variation.name}\n( {variation.witness}\n) 2>&1" for variation in self.variations]
        world = self.world(varied)
        room = self._room(world)
        try:
            log = self.root / "logs" / "witness"
            spec = self._spec(world, room, ["sh", "-c", "\n".join(parts)], Script(), _SOON)
            ended = launched(spec, room.place, "witness", log, self.stopped)
            if ended.refused is not None:
                raise Refused(ended.refused)
            said: dict[str, str] = {variation.name: "" for variation in self.variations}
            for part in log.read_text(errors="replace").split(mark)[1:]:
                name, _, words = part.partition("\n")
                said[name] = " ".join(words.split())
            return said
        finally:
            self._clear(room)

    def _wait(self, varied: frozenset[str]) -> None:
        """A build begins in a later second than the control before it, so that a clock that is read shows."""
        with self._waiting:
            left = self._begun + self.order.gap - time.monotonic()
            if left > 0:
                time.sleep(left)
            if not varied:
                self._begun = time.monotonic()

    def _built(self, name: str, varied: frozenset[str], script: Script) -> Built:
        world = self.world(varied)
        room = self._room(world)
        log = self.root / "logs" / f"{next(self._logs)}-{name.replace(' ', '-')}.log"
        try:
            source.copy(self.files, room.tree)
            before = artifacts.stamps(room.tree)
            spec = self._spec(world, room, script.wrapped(self.order.command), script, self.order.timeout)
            ended = launched(spec, room.place, "build", log, self.stopped)
            if world.now is not None and not self.host.mounts:
                sweep_shared_memory()
            for place, upper, _ in self._layers(room):
                self.outside.update(outside.written(Path(upper), place))
            self.finished.append((name, tuple(sorted(varied)), ended.seconds, ended.code))
            self._judge(name, ended, log)
            found = artifacts.made(room.area, room.tree, before, self.order.globs)
            kept = {name: Artifact(name, artifacts.keep(path, self.root / "store")) for name, path in found.artifacts}
            return Built(name, varied, script, ended.seconds, kept, ended.left, found.stale, _tail(log))
        finally:
            self._clear(room)

    def _judge(self, name: str, ended: Ended, log: Path) -> None:
        if ended.refused is not None:
            raise Refused(f"{name}: {ended.refused}")
        if ended.code == 0:
            return
        command = shlex.join(self.order.command)
        if ended.over == "deadline":
            how = f"was not done after {self.order.timeout:g} s (--timeout)"
        elif ended.over == "stall":
            how = f"stood still for {STALL:g} s"
        elif ended.signal is not None:
            how = f"was ended by signal {ended.signal}"
        else:
            how = f"failed with exit code {ended.code}"
        full = f"; the file system of {self.root} is full" if _full(self.root) else ""
        raise BuildFailed(f"build '{name}' {how}{full}: {command}", _tail(log), ended.over)

    def _room(self, world: World) -> _Room:
        """Directories of one build. Without a mount namespace they are those that the build sees."""
        seen = self.tree(world).parent
        place = self.root / "rooms" / str(next(self._numbers)) if self.host.mounts else self.root
        area = place / "area" if self.host.mounts else seen
        room = _Room(place, area, area / self.tree(world).name)
        for directory in (*(place / name for name in _OWN), room.tree, seen, *(self.root / name for name in _OWN)):
            directory.mkdir(parents=True, exist_ok=True)
        return room

    def _spec(
        self, world: World, room: _Room, command: Sequence[str], script: Script, deadline: float
    ) -> dict[str, Any]:
        tree, seen = self.tree(world), self.tree(world).parent
        environment = dict(world.environment)
        environment |= {"PWD": str(tree), "TMPDIR": str(self.root / "tmp"), "GIT_CEILING_DIRECTORIES": str(self.root)}
        environment |= _STEADY
        if world.fresh_home:
            environment["HOME"] = str(self.root / "home")
        preload = []
        if world.now is not None and self.host.faketime is not None:
            preload.append(self.host.faketime)
            environment |= {
                "FAKETIME": f"{world.now}.{world.nanoseconds:09}",
                "FAKETIME_FMT": "%s",
                "NO_FAKE_STAT": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
        if world.reorder == "preload" and self.host.compiler is not None:
            preload.append(str(reversed_listing(self.root, self.host.compiler)))
        if preload:
            environment["LD_PRELOAD"] = ":".join(preload)
        if script.wrapping:
            path = environment.get("PATH", os.defpath)
            script.write_wrappers(room.place / "wrappers", path, tree)
            environment["PATH"] = f"{self.root / 'wrappers'}{os.pathsep}{path}"
        disorder = None
        mounts = [[str(room.area), str(seen)], *([str(room.place / name), str(self.root / name)] for name in _OWN)]
        if world.reorder == "disorderfs" and self.host.disorderfs is not None:
            disorder = [[self.host.disorderfs, "-f", "-q", "--pad-blocks=0", *mounts.pop(0)], str(seen)]
        return {
            "command": list(command),
            "directory": str(tree),
            "environment": environment,
            "umask": world.umask,
            "personality": world.personality,
            "cpus": world.cpus,
            "user": world.user,
            "userspace": self.host.userspace,
            "hostname": world.hostname,
            "network": world.network,
            "mounts": mounts if self.host.mounts else None,
            "readonly": [str(self.source.root)] if self.host.mounts else [],
            "layers": self._layers(room),
            "kept": list(outside.kept(self.host.environment, self.host.layers)),
            "disorder": disorder,
            "stall": STALL if world.now is not None else None,
            "deadline": deadline,
        }

    def _layers(self, room: _Room) -> list[list[str]]:
        """The directories that get a layer, and where what a build writes there, and overlayfs's own files, stand."""
        found = []
        for number, place in enumerate(self.host.layers):
            parts = [room.place / "outside" / str(number) / name for name in ("upper", "work")]
            for part in parts:
                part.mkdir(parents=True, exist_ok=True)
            found.append([place, *map(str, parts)])
        return found

    def _clear(self, room: _Room) -> None:
        if self.host.mounts:
            remove(room.place)
        else:
            for place in (room.area, *(self.root / name for name in _OWN)):
                remove(place)


def remove(place: Path) -> None:
    """Remove a directory and all below, also what was made unreadable."""

    def insist(call: Callable[[str], Any], path: str, problem: object) -> None:
        for name in (os.path.dirname(path), path):
            with suppress(OSError):
                os.chmod(name, os.lstat(name).st_mode | stat.S_IRWXU)
        with suppress(OSError):
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)

    shutil.rmtree(place, onerror=insist)


def sweep_shared_memory() -> None:
    """Take away what libfaketime leaves in shared memory when a process is replaced or killed: it bears its number."""
    for place in Path("/dev/shm").glob("*faketime_s*_*"):
        number = place.name.rpartition("_")[2]
        if number.isdigit() and not Path("/proc", number).exists():
            with suppress(OSError):
                place.unlink()


def _full(place: Path) -> bool:
    told = os.statvfs(place)
    return told.f_bavail * told.f_frsize < 1 << 20


def _tail(log: Path) -> tuple[str, ...]:
    """The last lines of a log."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _LAST_BYTES))
            lines: Sequence[str] = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ()
    return tuple(lines[-_LAST_LINES:])
