"""A process that runs pairs one after the other, with a deadline a pair and a memory limit set once at its start.

The parent writes one record a line to its standard input and reads one answer a line. A process that is over its time
is killed; one that ran out of memory ends itself after its answer, since what its heap holds then is anybody's guess;
the next pair gets a new one. It ends when its parent does, in the middle of a pair, too: its standard input is closed
then.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from queue import SimpleQueue

from elfdiff.fleet.record import Limits, Record, failure, was_killed

_BEYOND = 5.0
"""Seconds that a closed process may take to end before it is killed."""


class Child:
    """One such process. It is started for the first pair, and again after each that it does not survive."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.process: subprocess.Popen[bytes] | None = None
        self.began = 0.0
        self.buffer = bytearray()

    @property
    def pipe(self) -> int:
        """The descriptor that becomes readable when there is an answer, or the process is gone."""
        process = self._alive()
        assert process.stdout is not None
        return process.stdout.fileno()

    def send(self, record: Record) -> None:
        """Give it one pair."""
        process = self._alive()
        self.began = time.monotonic()
        self.buffer.clear()
        # A process that died between two pairs is seen as an answer that never comes.
        with contextlib.suppress(BrokenPipeError):
            assert process.stdin is not None
            process.stdin.write(json.dumps(record).encode() + b"\n")
            process.stdin.flush()

    def take(self) -> Record | None:
        """What can be read without waiting; None while the answer is not whole."""
        chunk = os.read(self.pipe, 1 << 20)
        self.buffer += chunk
        if not chunk:
            return self._gone()
        if not self.buffer.endswith(b"\n"):
            return None
        self.began = 0.0
        answer: Record = json.loads(self.buffer)
        if answer.get("failure") == "out-of-memory":
            self.stop()
        return answer

    def late(self) -> Record | None:
        """The answer for a pair that is over its time, whose process is killed; None while there is time left."""
        if self.limits.seconds is None or time.monotonic() - self.began < self.limits.seconds:
            return None
        self.stop()
        return failure("out-of-time", f"the pair took longer than {self.limits.seconds:g} s, its limit")

    def left(self) -> float | None:
        """Seconds until its pair is over its time; None without a limit."""
        if self.limits.seconds is None:
            return None
        return max(0.0, self.limits.seconds - (time.monotonic() - self.began))

    def run(self, record: Record) -> Record:
        """Send and wait, and once more if the process was killed: for engines that give each thread one child."""
        answer = self._run(record)
        return self._run(record) if was_killed(answer) else answer

    def _run(self, record: Record) -> Record:
        self.send(record)
        with selectors.DefaultSelector() as selector:
            selector.register(self.pipe, selectors.EVENT_READ)
            while True:
                answer = self.take() if selector.select(self.left()) else self.late()
                if answer is not None:
                    return answer

    def stop(self) -> None:
        """Kill it, with all that it started; the next pair starts another."""
        process, self.process, self.began = self.process, None, 0.0
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_BEYOND)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def _gone(self) -> Record:
        process = self._alive()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_BEYOND)
        status = process.returncode
        self.stop()
        how = (
            "without an answer"
            if status is None
            else f"by signal {-status}"
            if status < 0
            else f"with exit code {status}"
        )
        return failure("killed", f"the process that ran the pair ended {how}, twice")

    def _alive(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            # One thread a process: the pairs themselves are what runs side by side.
            threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
            # Each thread's own heap would reserve address space, which is what the limit counts.
            threads["MALLOC_ARENA_MAX"] = "1"
            memory = [] if self.limits.memory is None else [str(self.limits.memory)]
            self.process = subprocess.Popen(
                [sys.executable, "-m", "elfdiff.fleet.child", *memory],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **threads},
                start_new_session=True,
            )
        return self.process


def serve(memory: int | None) -> None:
    """The process's own side: read pairs and answer until standard input ends."""
    if memory is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from elfdiff.fleet.pair import run_pair

    # What libraries print must not become an answer.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for line in _lines():
        answer = run_pair(json.loads(line))
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()
        if answer.get("failure") == "out-of-memory":
            return


def _lines() -> Iterator[bytes]:
    """What the parent writes. The process ends when the parent is gone, whatever it is at."""
    lines: SimpleQueue[bytes] = SimpleQueue()

    def read() -> None:
        for line in sys.stdin.buffer:
            lines.put(line)
        os._exit(1)

    threading.Thread(target=read, daemon=True).start()
    while True:
        yield lines.get()


if __name__ == "__main__":
    serve(int(sys.argv[1]) if len(sys.argv) > 1 else None)
