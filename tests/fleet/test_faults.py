"""Faults on both engines: no finished pair is lost or run twice, and no innocent pair fails."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from elfdiff.fleet.local import LocalEngine
from elfdiff.fleet.record import Limits, Record
from elfdiff.fleet.run import Engine
from tests.fleet.conftest import NAMES, PATIENCE, Cluster, Maker, pair_process, processes_below, records

NUMBERS = count()


class Made:
    """An engine, and where the processes are that run its pairs: below these, and if known children of this one."""

    def __init__(self, engine: Engine, below: list[int], parent: int | None) -> None:
        self.engine, self.below, self.parent = engine, below, parent
        self.old = set(processes_below(*below))

    def process(self) -> tuple[int, int]:
        """(pid, parent) of one that runs pairs."""
        return pair_process(self.below, self.parent, self.old)

    def kill(self, times: int) -> None:
        """A process that runs pairs, and the one that comes in its place."""
        pid, parent = self.process()
        os.kill(pid, signal.SIGKILL)
        for _ in range(times - 1):
            pid, _ = pair_process(self.below, parent, {*self.old, pid})
            os.kill(pid, signal.SIGKILL)


@pytest.fixture(params=["local", "dask"])
def engine(request: pytest.FixtureRequest) -> Callable[[Limits], Made]:
    """Makes either engine, with two processes for pairs. Limits of its own make a worker start new ones."""

    def make(limits: Limits) -> Made:
        limits = replace(limits, seconds=(limits.seconds or PATIENCE) + next(NUMBERS) / 1000)
        if request.param == "local":
            return Made(LocalEngine(2, limits), [os.getpid()], os.getpid())
        cluster: Cluster = request.getfixturevalue("cluster")
        from elfdiff.fleet.dask import DaskEngine

        return Made(DaskEngine(cluster.address, 1, limits), [worker.pid for worker in cluster.workers], None)

    return make


def answers_while(made: Made, work: list[tuple[str, Record]], fault: Callable[[], object]) -> dict[str, Record]:
    """Each pair's answer, with ``fault`` at work beside; no pair may be answered twice."""
    thread = threading.Thread(target=fault)
    thread.start()
    found = list(made.engine.map(work))
    thread.join()
    assert Counter(key for key, _ in found) == Counter(key for key, _ in work)
    return dict(found)


def failures(answers: dict[str, Record]) -> list[str]:
    return [answer["failure"] for answer in answers.values() if answer["state"] != "done"]


def test_a_killed_process_costs_no_pair(fleet: Maker, engine: Callable[[Limits], Made]) -> None:
    made = engine(Limits(PATIENCE, None))
    answers = answers_while(made, records(*fleet(*NAMES), 3), lambda: made.kill(1))
    assert failures(answers) == []


def test_a_pair_whose_processes_are_killed_is_a_row(fleet: Maker, engine: Callable[[Limits], Made]) -> None:
    made = engine(Limits(PATIENCE, None))
    if isinstance(made.engine, LocalEngine):
        del made.engine.children[1:]
    answers = answers_while(made, records(*fleet(*NAMES), 3), lambda: made.kill(2))
    assert failures(answers) == ["killed"]
    assert "signal 9" in next(answer["sentence"] for answer in answers.values() if answer["state"] != "done")


def test_a_pair_over_its_time_is_ended_and_the_rest_goes_on(fleet: Maker, engine: Callable[[Limits], Made]) -> None:
    made = engine(Limits(10.0, None))
    stopped: list[int] = []

    def fault() -> None:
        stopped.append(made.process()[0])
        os.kill(stopped[0], signal.SIGSTOP)

    answers = answers_while(made, records(*fleet(*NAMES), 2), fault)
    assert failures(answers) == ["out-of-time"]
    with pytest.raises(ProcessLookupError):
        os.kill(stopped[0], 0)


def test_a_pair_over_its_memory_is_ended_and_the_rest_goes_on(fleet: Maker, engine: Callable[[Limits], Made]) -> None:
    a, b = fleet("time-zone", "host-identity")
    for side, end in ((a, b"a"), (b, b"b")):
        with open(f"{side}/large", "wb") as file:
            file.truncate(600 << 20)
            file.seek(0)
            file.write(b"\x7fELF")
            file.seek((600 << 20) - 1)
            file.write(end)
    made = engine(Limits(PATIENCE, 1000 << 20))
    answers = answers_while(made, records(a, b), lambda: None)
    assert {key: item.get("failure") for key, item in answers.items()} == {
        "0-time-zone": None,
        "1-host-identity": None,
        "large": "out-of-memory",
    }


@pytest.mark.parametrize("kind", ["local", "dask", "dask of its own"])
def test_a_run_that_is_killed_goes_on_where_it_stopped(
    kind: str, fleet: Maker, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    a, b = fleet(*NAMES, *NAMES, *NAMES)
    for number, name in enumerate(sorted(os.listdir(a))):
        for side in (a, b):
            with open(f"{side}/{name}", "ab") as file:
                file.write(bytes([number]))
    command = [sys.executable, "-m", "elfdiff", "fleet", a, b, "-o", str(tmp_path / "out"), "--jobs", "1"]
    if kind != "local":
        cluster: Cluster = request.getfixturevalue("cluster")
        command += ["--engine", "dask"]
        command += ["--scheduler", cluster.address] if kind == "dask" else []
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    journal = tmp_path / "out" / "journal.sqlite"
    deadline = time.monotonic() + PATIENCE
    while len(before := _ended(journal)) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    started = processes_below(process.pid)
    process.kill()
    process.wait()
    before = _ended(journal)
    assert 2 <= len(before) < 18
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.splitlines()[-1].startswith("elfdiff: result=fleet pairs=18 packages=18 differ=15 failed=0 ")
    after = _ended(journal)
    assert len(after) == 18
    assert {key: after[key] for key in before} == before
    while (left := _alive(started)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left


def _ended(journal: Path) -> dict[str, float]:
    """When each finished pair ended, by key."""
    try:
        with sqlite3.connect(f"{journal.as_uri()}?mode=ro", uri=True) as base:
            return dict(base.execute("SELECT key, ended FROM pairs"))
    except sqlite3.OperationalError:
        return {}


def _alive(started: dict[int, tuple[int, bytes]]) -> list[int]:
    """Those that run still, by number and command line."""
    found = []
    for pid, (_, command) in started.items():
        try:
            if command and Path(f"/proc/{pid}/cmdline").read_bytes() == command:
                found.append(pid)
        except OSError:
            continue
    return found
