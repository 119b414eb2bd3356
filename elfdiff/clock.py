"""Clock: limits of time and memory for the stages of a comparison. What was found before is not lost."""

from __future__ import annotations

import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from elfdiff.errors import UsageError

LEAST = 1e-6
"""Seconds; an alarm after 0 seconds would never ring."""


class OutOfTime(BaseException):
    """The time or the memory is over; ``str()`` says which, and during what.

    No ElfdiffError, nor any Exception: what catches bad input must not take this for it.
    """


class Clock:
    """Runs from when it is made. ``limit`` is in seconds of wall clock, None for all the time in the world.

    With a limit it needs the main thread, where signals arrive: UsageError elsewhere. ``told`` is called with each
    piece of work that begins. ``memory`` is a limit in MB that the process runs under (see :func:`memory_limit`): what
    finds none left ends as it does when the time is over. Without it, MemoryError is nobody's business here.
    """

    def __init__(
        self,
        limit: float | None = None,
        told: Callable[[str], object] | None = None,
        memory: int | None = None,
    ) -> None:
        if limit is not None and threading.current_thread() is not threading.main_thread():
            raise UsageError("a time limit is kept in the main thread only")
        self.limit = limit
        self.told = told
        self.memory = memory
        self.begun = time.monotonic()

    @property
    def is_bounded(self) -> bool:
        """True if there is a limit of time or of memory."""
        return self.limit is not None or self.memory is not None

    @contextmanager
    def running(self, work: str, share: float = 1) -> Iterator[None]:
        """What is done inside ends with OutOfTime when the time is over; ``work`` says what that is ("reading").

        With a ``share`` it ends when so much of the time that is left is over: the rest is kept for what comes next.
        """
        if self.told is not None:
            self.told(work)
        try:
            with self._timed(work, share):
                yield
        except MemoryError:
            if self.memory is None:
                raise
            raise OutOfTime(
                f"out of memory: the {self.memory} MB of --memory-limit were used up while {work}"
            ) from None

    @contextmanager
    def _timed(self, work: str, share: float) -> Iterator[None]:
        if self.limit is None:
            yield
            return
        part = "" if share == 1 else f"{share:.0%} of "
        sentence = f"out of time: {part}the {self.limit:g} s of --time-limit were over while {work}"

        def ring(signum: int, frame: FrameType | None) -> NoReturn:
            raise OutOfTime(sentence)

        left = share * (self.limit - (time.monotonic() - self.begun))
        if left <= 0:
            raise OutOfTime(sentence)
        before = signal.signal(signal.SIGALRM, ring)
        try:
            signal.setitimer(signal.ITIMER_REAL, max(left, LEAST))
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


@contextmanager
def memory_limit(megabytes: int) -> Iterator[None]:
    """Inside, this process and those that it starts have so much address space, or what they had if that is less."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = megabytes << 20
    if soft != resource.RLIM_INFINITY:
        wanted = min(wanted, soft)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
