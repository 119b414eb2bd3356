"""Work on many entries in child processes: the same results, in the same order, whatever their number."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Generic, TypeVar

from elfdiff.values import dataclass

R = TypeVar("R")

LEAST = 2
"""Tasks that are worth a second process."""


@dataclass
class _Child(Generic[R]):
    process: ForkProcess
    end: Connection
    task: int | None = field(default=None)


def do_all(
    work: Callable[[int], R], tasks: Sequence[int], jobs: int, lost: Callable[[int], R], results: dict[int, R]
) -> None:
    """``work`` done on every task, those that come first begun first, each result put into ``results`` as it comes.

    ``lost`` is the result of a task whose process died. Children are forks: they know what the parent knew when this
    was called, and send back nothing but results.
    """
    if jobs < 2 or len(tasks) < LEAST:
        for task in tasks:
            results[task] = work(task)
        return
    pool: _Pool[R] = _Pool(work, list(tasks), min(jobs, len(tasks)), lost, results)
    try:
        pool.run()
    finally:
        pool.end()


class _Pool(Generic[R]):
    def __init__(
        self,
        work: Callable[[int], R],
        tasks: list[int],
        jobs: int,
        lost: Callable[[int], R],
        results: dict[int, R],
    ) -> None:
        self.work, self.lost, self.results = work, lost, results
        self.waiting = tasks[::-1]
        self.children = [self._begin() for _ in range(jobs)]

    def run(self) -> None:
        """Until every task has a result."""
        for child in list(self.children):
            self._feed(child)
        while busy := {child.end: child for child in self.children if child.task is not None}:
            for ready in wait(list(busy)):
                self._take(next(child for end, child in busy.items() if end is ready))

    def end(self) -> None:
        """No child outlives the work, whatever ended it."""
        for child in self.children:
            child.process.terminate()
        for child in self.children:
            child.process.join()
            child.end.close()

    def _begin(self) -> _Child[R]:
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(self.work, theirs), daemon=True)
        process.start()
        theirs.close()
        return _Child(process, ours)

    def _feed(self, child: _Child[R]) -> None:
        child.task = self.waiting.pop() if self.waiting else None
        if child.task is not None:
            # A child that died before it was asked is seen when its answer is waited for.
            with suppress(OSError):
                child.end.send(child.task)

    def _take(self, child: _Child[R]) -> None:
        if child.task is None:
            return
        try:
            self.results[child.task] = child.end.recv()
        except (EOFError, OSError):
            self.results[child.task] = self.lost(child.task)
            self.children.remove(child)
            child.process.join()
            child.end.close()
            if self.waiting:
                child = self._begin()
                self.children.append(child)
        self._feed(child)


def _serve(work: Callable[[int], R], end: Connection) -> None:
    # What the parent does on these signals is for the parent alone.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        while True:
            end.send(work(end.recv()))
