"""The real thing: a Dask scheduler and workers on this machine, ended by the test that began them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from elfdiff.fleet.record import Limits, Record

pytest.importorskip("distributed", reason="the extra fleet is not installed")

from elfdiff.fleet.dask import DaskEngine

Maker = Callable[..., tuple[str, str]]
NAMES = ("build-path-dwarf", "build-time-macro", "host-identity", "null-pair", "random-build-id", "time-zone")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def scheduler(port: int) -> tuple[str, ...]:
    return "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show"


def worker(address: str, folder: Path) -> tuple[str, ...]:
    return (
        *("worker", address, "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"),
        *("--local-directory", str(folder)),
    )


def records(a: str, b: str, times: int) -> list[tuple[str, Record]]:
    return [
        (f"{number}-{name}", {"a": f"{a}/{name}", "b": f"{b}/{name}"})
        for number in range(times)
        for name in sorted(os.listdir(a))
    ]


def test_two_workers_do_the_work_and_faults_cost_no_innocent_pair(fleet: Maker, tmp_path: Path) -> None:
    """A worker is killed, and later the scheduler goes away and comes back: every pair has its answer, once."""
    a, b = fleet(*NAMES)
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    work = records(a, b, 12)
    answers: dict[str, Record] = {}
    with ExitStack() as started:
        first = started.enter_context(running(*scheduler(port)))
        killed = started.enter_context(running(*worker(address, tmp_path)))
        started.enter_context(running(*worker(address, tmp_path)))
        for key, answer in DaskEngine(address, 1, Limits(60.0, 4 << 30)).map(work):
            assert key not in answers
            answers[key] = answer
            if len(answers) == 6:
                os.killpg(killed.pid, signal.SIGKILL)
            if len(answers) == 30:
                os.killpg(first.pid, signal.SIGKILL)
                first.wait(10)
                # Dask's workers end with their scheduler: whoever starts it again starts them, too.
                started.enter_context(running(*scheduler(port)))
                started.enter_context(running(*worker(address, tmp_path)))
    assert len(answers) == len(work)
    assert {answer["state"] for answer in answers.values()} == {"done"}


def test_limits_of_a_pair_hold_on_a_cluster_of_this_machine(fleet: Maker) -> None:
    a, b = fleet("time-zone", "host-identity")
    for side, end in ((a, b"a"), (b, b"b")):
        with open(f"{side}/large", "wb") as file:
            file.truncate(600 << 20)
            file.seek(0)
            file.write(b"\x7fELF")
            file.seek((600 << 20) - 1)
            file.write(end)
    engine = DaskEngine(None, 2, Limits(30.0, 1000 << 20))
    answers = dict(engine.map(records(a, b, 1)))
    assert sorted(answer.get("failure", "done") for answer in answers.values()) == ["done", "done", "out-of-memory"]
    late = dict(DaskEngine(None, 1, Limits(0.01, None)).map(records(a, b, 1)[:2]))
    assert [answer["failure"] for answer in late.values()] == ["out-of-time", "out-of-time"]
