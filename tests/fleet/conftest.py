"""Small fleets made of the samples, and a Dask cluster of real processes, ended by the test that began it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from elfdiff.fleet.record import Record

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
NAMES = ("build-path-dwarf", "build-time-macro", "host-identity", "null-pair", "random-build-id", "time-zone")
WITHOUT_ELFDIFF = """\
from distributed import versions
versions.version = lambda name, known=versions.version: {}[name] if name == "elfdiff" else known(name)
"""
"""For a process of Dask: it answers as one in whose environment no elfdiff is installed."""
PATIENCE = 60.0
"""Seconds that a test waits for what must come."""

Maker = Callable[..., tuple[str, str]]


@pytest.fixture
def fleet(tmp_path: Path) -> Maker:
    """Makes two directories with a copy of each named sample's files, at most once a name."""

    def make(*names: str) -> tuple[str, str]:
        for side in "ab":
            (tmp_path / side).mkdir(exist_ok=True)
            for number, name in enumerate(names):
                shutil.copy(SAMPLES / name / side, tmp_path / side / f"{number}-{name}")
        return str(tmp_path / "a"), str(tmp_path / "b")

    return make


def records(a: str, b: str, times: int = 1) -> list[tuple[str, Record]]:
    """All pairs of two directories, each so many times."""
    return [
        (f"{number}-{name}" if times > 1 else name, {"a": f"{a}/{name}", "b": f"{b}/{name}"})
        for number in range(times)
        for name in sorted(os.listdir(a))
    ]


class Cluster:
    """``dask scheduler`` and ``dask worker`` on loopback."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.stack = ExitStack()
        self.workers: list[subprocess.Popen[bytes]] = []

    def scheduler(self, *more: str) -> subprocess.Popen[bytes]:
        """Starts it."""
        where = ("--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard", "--no-show")
        return self._start("scheduler", *where, *more)

    def worker(self, *more: str) -> subprocess.Popen[bytes]:
        """Starts one with one thread."""
        where = ("--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1", "--local-directory", str(self.folder))
        self.workers.append(self._start("worker", self.address, *where, *more))
        return self.workers[-1]

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
        self.stack.callback(kill, process)
        return process


def kill(process: subprocess.Popen[bytes]) -> None:
    """The process and its group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


@pytest.fixture
def empty_cluster(tmp_path: Path) -> Iterator[Cluster]:
    """One that a test fills and may break."""
    pytest.importorskip("distributed", reason="the extra fleet is not installed")
    made = Cluster(tmp_path)
    with made.stack:
        yield made


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and two workers that no test ends."""
    pytest.importorskip("distributed", reason="the extra fleet is not installed")
    made = Cluster(tmp_path_factory.mktemp("dask"))
    with made.stack:
        made.scheduler()
        made.worker()
        made.worker()
        yield made


def processes_below(*parents: int) -> dict[int, tuple[int, bytes]]:
    """pid → (parent, command line) of all processes below these, from /proc."""
    found: dict[int, tuple[int, bytes]] = {}
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state = (place / "stat").read_text().rpartition(")")[2].split()
            if state[0] != "Z":
                found[int(place.name)] = int(state[1]), (place / "cmdline").read_bytes()
    below = set(parents)
    while more := {pid for pid, (parent, _) in found.items() if parent in below} - below:
        below |= more
    return {pid: found[pid] for pid in below - set(parents) if pid in found}


def pair_process(parents: list[int], parent: int | None, other_than: set[int]) -> tuple[int, int]:
    """(pid, parent) of the first process for pairs that comes below these."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for pid, (own, command) in processes_below(*parents).items():
            if b"elfdiff.fleet.child" in command and pid not in other_than and parent in (None, own):
                return pid, own
        time.sleep(0.005)
    raise AssertionError("no process for pairs was started")
