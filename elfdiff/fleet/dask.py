"""The engine for many machines: a Dask cluster (extra ``fleet``), each worker thread with a child process of its own.

Dask can neither stop a running task nor bound its memory, so the child holds both limits. A worker that dies hands its
pair on, by Dask's own rule; a scheduler that goes away is waited for, and what was not answered is sent again.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from queue import Empty, Queue
from typing import Any

from elfdiff.errors import ElfdiffError
from elfdiff.fleet.child import Child
from elfdiff.fleet.record import Limits, Record, failure

AWAY = 600.0
"""Seconds that a scheduler may be away before the run ends; what is finished stays in the journal."""
_PAUSE = 1.0
_AHEAD = 4
"""Pairs that each thread of the cluster has waiting: enough to keep it at work, few enough to lose."""
_HERE = threading.local()


class NoCluster(ElfdiffError):
    """The extra is missing, or the scheduler cannot be reached."""


class DaskEngine:
    """``scheduler`` is an address such as tcp://127.0.0.1:8786; None for a cluster of ``jobs`` processes here."""

    def __init__(self, scheduler: str | None, jobs: int, limits: Limits) -> None:
        try:
            import distributed
        except ImportError as error:
            raise NoCluster("--engine dask needs the extra fleet: pip install 'elfdiff[fleet]'") from error
        self.scheduler, self.jobs, self.limits = scheduler, jobs, limits
        self.library: Any = distributed
        self.cluster: Any = None

    def map(self, records: Iterable[tuple[str, Record]]) -> Iterator[tuple[str, Record]]:
        """(key, record) → (key, answer), as the answers come. NoCluster if the scheduler stays away."""
        waiting = iter(records)
        open_pairs: dict[str, Record] = {}
        left_at = time.monotonic()
        try:
            while True:
                try:
                    with self._client() as client:
                        left_at = time.monotonic()
                        for key, answer in self._with(client, waiting, open_pairs):
                            left_at = time.monotonic()
                            yield key, answer
                    return
                except (OSError, asyncio.CancelledError, self._lost()) as error:
                    if time.monotonic() - left_at > AWAY:
                        raise NoCluster(
                            f"the scheduler {self.scheduler} was away for more than {AWAY:g} s ({error}); "
                            "the same call goes on where this one stopped"
                        ) from error
                    time.sleep(_PAUSE)
        finally:
            if self.cluster is not None:
                self.cluster.close()

    def _client(self) -> Any:
        if self.scheduler is None and self.cluster is None:
            # Processes, since the child's limits and the interpreter's lock are a process's own.
            self.cluster = self.library.LocalCluster(
                n_workers=self.jobs, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
            )
        address = self.scheduler if self.scheduler is not None else self.cluster
        return self.library.Client(address, timeout=20, set_as_default=False)

    def _lost(self) -> type[BaseException]:
        lost: type[BaseException] = self.library.client.FutureCancelledError
        return lost

    def _with(
        self, client: Any, waiting: Iterator[tuple[str, Record]], open_pairs: dict[str, Record]
    ) -> Iterator[tuple[str, Record]]:
        """Send what was not answered, then more as answers come. Raises when the scheduler is lost."""
        ended: Queue[Any] = Queue()
        keys: dict[str, str] = {}

        def submit(key: str, record: Record) -> None:
            future = client.submit(run_in_child, record, self.limits.seconds, self.limits.memory, pure=False, retries=0)
            keys[str(future.key)] = key
            futures[key] = future
            future.add_done_callback(ended.put)

        futures: dict[str, Any] = {}
        for key, record in list(open_pairs.items()):
            submit(key, record)
        while True:
            room = max(1, sum(client.nthreads().values()) * _AHEAD) - len(open_pairs)
            for key, record in islice(waiting, max(0, room)):
                open_pairs[key] = record
                submit(key, record)
            if not open_pairs:
                return
            future = self._next(client, ended)
            key = keys.pop(str(future.key))
            answer = _answer(future, self.library)
            del open_pairs[key], futures[key]
            yield key, answer

    def _next(self, client: Any, ended: Queue[Any]) -> Any:
        """The next future that ended. OSError when the connection is gone, or nothing ended for as long as AWAY."""
        begun = time.monotonic()
        while True:
            try:
                return ended.get(timeout=_PAUSE)
            except Empty:
                if client.status != "running":
                    raise OSError("the connection to the scheduler was lost") from None
                if time.monotonic() - begun > AWAY + (self.limits.seconds or 0):
                    raise OSError("no worker answered") from None


def run_in_child(record: Record, seconds: float | None, memory: int | None) -> Record:
    """What a worker runs: its thread's child compares the pair."""
    limits = Limits(seconds, memory)
    child: Child | None = getattr(_HERE, "child", None)
    if child is None or child.limits != limits:
        child = Child(limits)
        _HERE.child = child
    return child.run(record)


def _answer(future: Any, library: Any) -> Record:
    """The task's answer. An error of the scheduler's is raised; one that speaks of this pair is its failure."""
    if future.status == "cancelled" or future.status == "lost":
        raise library.client.FutureCancelledError(future.key, "the scheduler was lost")
    error = future.exception()
    if error is None:
        answer: Record = future.result()
        return answer
    if isinstance(error, library.scheduler.KilledWorker):
        return failure("killed", "the workers that ran the pair were killed again and again")
    if isinstance(error, OSError | library.CommClosedError):
        raise error
    return failure("fault", f"{type(error).__name__}: {error}")
