"""The engine for one machine: some child processes, each with one pair at a time."""

from __future__ import annotations

import selectors
from collections.abc import Iterable, Iterator

from elfdiff.fleet.child import Child
from elfdiff.fleet.record import Limits, Record, was_killed


class LocalEngine:
    """``jobs`` processes. A pair out of time, out of memory or killed twice is an answer; the rest goes on."""

    def __init__(self, jobs: int, limits: Limits) -> None:
        self.children = [Child(limits) for _ in range(jobs)]

    def map(self, records: Iterable[tuple[str, Record]]) -> Iterator[tuple[str, Record]]:
        """(key, record) → (key, answer), as the answers come."""
        waiting = iter(records)
        running: dict[int, tuple[Child, str, Record]] = {}
        killed: set[str] = set()
        again: list[tuple[str, Record]] = []
        idle = list(self.children)
        try:
            with selectors.DefaultSelector() as selector:
                while True:
                    while idle:
                        following = again.pop() if again else next(waiting, None)
                        if following is None:
                            break
                        key, record = following
                        child = idle.pop()
                        child.send(record)
                        running[child.pipe] = child, key, record
                        selector.register(child.pipe, selectors.EVENT_READ)
                    if not running:
                        return
                    for pipe, answer in self._answers(selector, running):
                        child, key, record = running.pop(pipe)
                        selector.unregister(pipe)
                        idle.append(child)
                        if was_killed(answer) and key not in killed:
                            killed.add(key)
                            again.append((key, record))
                        else:
                            yield key, answer
        finally:
            for child in self.children:
                child.stop()

    def _answers(
        self, selector: selectors.BaseSelector, running: dict[int, tuple[Child, str, Record]]
    ) -> Iterator[tuple[int, Record]]:
        left = [seconds for child, *_ in running.values() if (seconds := child.left()) is not None]
        ready = {key.fd for key, _ in selector.select(min(left) if left else None)}
        for pipe in list(running):
            child = running[pipe][0]
            answer = child.take() if pipe in ready else child.late()
            if answer is not None:
                yield pipe, answer
