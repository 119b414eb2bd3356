"""The engine for many machines: a Dask cluster (extra ``fleet``), each worker thread with a child process of its own.

Dask can neither stop a running task nor bound its memory, so the child holds both limits. A pair whose worker died is
run again, and after a second death once more, alone, when all others have ended: what dies then is to blame itself. A
scheduler that goes away is waited for, and what was not answered is sent again.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from queue import Empty, Queue
from typing import Any

from elfdiff.errors import ElfdiffError
from elfdiff.fleet.child import Child
from elfdiff.fleet.record import Limits, Record, failure
from elfdiff.version import __version__

AWAY = 600.0
"""Seconds that a scheduler may be away before the run ends; what is finished stays in the journal."""
CONNECT = 20.0
"""Seconds that a scheduler may take to answer."""
_PAUSE = 1.0
_AHEAD = 4
"""Pairs that each thread of the cluster has waiting: enough to keep it at work, few enough to lose."""
_DEATHS = 3
"""Workers that may die over one pair before it counts as killed."""
_NAME = "elfdiff-pair"
_QUIET = {
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.monitor-interval": "5s",
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.scheduler.active-memory-manager.start": False,
}
"""Dask looks after itself up to a hundred times a second while a task waits for its child: 5 % of a core (2026.8.0)."""
_HERE = threading.local()


class NoCluster(ElfdiffError):
    """The extra is missing, the scheduler cannot be reached, or elfdiff of this version is not on all machines."""


class _Work:
    """What is still to be answered. It outlives a connection."""

    def __init__(self, records: Iterable[tuple[str, Record]]) -> None:
        self.waiting = iter(records)
        self.open: dict[str, Record] = {}
        self.suspects: list[tuple[str, Record]] = []
        self.deaths: Counter[str] = Counter()

    def next(self, room: int) -> list[tuple[str, Record]]:
        """So many more pairs; when no other is left, one of the suspects."""
        found = list(islice(self.waiting, max(0, room)))
        if not found and not self.open and self.suspects:
            found = [self.suspects.pop()]
        self.open.update(found)
        return found

    def died(self, key: str) -> bool:
        """Its worker is dead. True if it is to be run again at once."""
        self.deaths[key] += 1
        if self.deaths[key] == _DEATHS - 1:
            self.suspects.append((key, self.open.pop(key)))
        return self.deaths[key] < _DEATHS - 1


class DaskEngine:
    """``scheduler`` is an address such as tcp://127.0.0.1:8786; None for a cluster of ``jobs`` processes here."""

    def __init__(self, scheduler: str | None, jobs: int, limits: Limits) -> None:
        try:
            import dask
            import distributed
        except ImportError as error:
            raise NoCluster("--engine dask needs the extra fleet: pip install 'elfdiff[fleet]'") from error
        self.scheduler, self.jobs, self.limits = scheduler, jobs, limits
        self.library: Any = distributed
        self.config: Any = dask.config
        self.cluster: Any = None

    def map(self, records: Iterable[tuple[str, Record]]) -> Iterator[tuple[str, Record]]:
        """(key, record) → (key, answer), as the answers come. NoCluster if the scheduler stays away."""
        work = _Work(records)
        met = False
        away: float | None = None
        environment = dict(os.environ)
        try:
            while True:
                try:
                    with self._client() as client:
                        _check(client)
                        client.register_plugin(_plugin(self.library))
                        met = True
                        for key, answer in self._with(client, work):
                            away = None
                            yield key, answer
                    return
                except (OSError, asyncio.CancelledError) as error:
                    if not met:
                        raise NoCluster(f"no scheduler of Dask answers at {self.scheduler} ({error})") from error
                    away = time.monotonic() if away is None else away
                    if time.monotonic() - away > AWAY:
                        raise NoCluster(
                            f"the scheduler {self.scheduler} was away for more than {AWAY:g} s ({error}); "
                            "the same call goes on where this one stopped"
                        ) from error
                    time.sleep(_PAUSE)
        finally:
            if self.cluster is not None:
                self.cluster.close()
                # Starting workers, distributed (2026.8) writes PYTHONHASHSEED and four more into this process.
                for name in os.environ.keys() - environment.keys():
                    del os.environ[name]
                os.environ.update(environment)

    def _client(self) -> Any:
        with self.config.set(_QUIET):
            if self.scheduler is None and self.cluster is None:
                # Processes, since the child's limits and the interpreter's lock are a process's own.
                with _without_interrupts():
                    self.cluster = self.library.LocalCluster(
                        n_workers=self.jobs, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
                    )
            address = self.scheduler if self.scheduler is not None else self.cluster
            return self.library.Client(address, timeout=CONNECT, set_as_default=False)

    def _with(self, client: Any, work: _Work) -> Iterator[tuple[str, Record]]:
        """Send what was not answered, then more as answers come. Raises when the scheduler is lost."""
        ended: Queue[Any] = Queue()
        sent: dict[str, tuple[str, Any]] = {}

        def submit(key: str, record: Record) -> None:
            name = f"{_NAME}-{uuid.uuid4()}"
            limits = self.limits.seconds, self.limits.memory
            # A worker runs in a directory of its own.
            placed = record | {side: os.path.abspath(record[side]) for side in "ab" if side in record}
            future = client.submit(run_in_child, placed, *limits, __version__, key=name, pure=False, retries=0)
            sent[name] = key, future
            future.add_done_callback(ended.put)

        for key, record in list(work.open.items()):
            submit(key, record)
        threads, counted = 0, 0.0
        while True:
            if time.monotonic() - counted > _PAUSE:
                threads, counted = sum(client.nthreads().values()), time.monotonic()
            for key, record in work.next(max(1, threads * _AHEAD) - len(work.open)):
                submit(key, record)
            if not work.open:
                return
            future = self._next(client, ended)
            answer = _answer(future, self.library)
            key, _ = sent.pop(future.key)
            if answer is not None:
                del work.open[key]
                yield key, answer
            elif work.died(key):
                submit(key, work.open[key])
            elif key in work.open:
                del work.open[key]
                yield key, failure("killed", f"{_DEATHS} workers died over the pair, the last one while it ran alone")

    def _next(self, client: Any, ended: Queue[Any]) -> Any:
        """The next future that ended. OSError when the connection is gone; NoCluster when no worker answers."""
        begun = time.monotonic()
        while True:
            try:
                return ended.get(timeout=_PAUSE)
            except Empty:
                if client.status != "running":
                    raise OSError("the connection to the scheduler was lost") from None
                waited = time.monotonic() - begun
                if waited > AWAY and (waited > AWAY + (self.limits.seconds or waited) or not client.nthreads()):
                    raise NoCluster(f"no worker of {self.scheduler} has answered for {waited:.0f} s") from None


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Processes started inside leave Ctrl-C to this one, which ends them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def run_in_child(record: Record, seconds: float | None, memory: int | None, version: str) -> Record:
    """What a worker runs: its thread's child compares the pair. ImportError if the run is of another ``version``.

    Nothing else is raised, so that any other error of a task is the cluster's and not the pair's.
    """
    if version != __version__:
        raise ImportError(f"elfdiff {__version__} is installed there, and the run is of elfdiff {version}")
    limits = Limits(seconds, memory)
    child: Child | None = getattr(_HERE, "child", None)
    if child is None or child.limits != limits:
        if child is not None:
            child.stop()
        child = Child(limits)
        _HERE.child = child
    try:
        return child.run(record)
    except Exception as error:
        child.stop()
        return failure("fault", f"{type(error).__name__}: {error}")


def _check(client: Any) -> None:
    """NoCluster unless the scheduler and the workers that are there have the elfdiff that is installed here.

    The scheduler reads tasks, too, and a worker that cannot ends without a word (2026.8.0).
    """
    found = client.get_versions(packages=["elfdiff"])
    here = found["client"]["packages"]["elfdiff"]
    for place, versions in (("the scheduler", found["scheduler"]), *found["workers"].items()):
        there = versions["packages"]["elfdiff"] if versions else None
        if there != here:
            has = f"elfdiff {there}" if there else "no elfdiff"
            raise NoCluster(f"{place} has {has}; the scheduler and every worker need elfdiff {__version__}")


def _plugin(library: Any) -> Any:
    """Makes a scheduler tell of a pair whose worker died at once, where it would run it three times more.

    What else runs on the cluster is left alone.
    """
    name = _NAME

    def start(self: Any, scheduler: Any) -> None:
        self.scheduler = scheduler

    def transition(self: Any, key: Any, begin: str, end: str, *rest: Any, **more: Any) -> None:
        task = self.scheduler.tasks.get(key) if end == "processing" and str(key).startswith(name) else None
        if task is not None:
            task.suspicious = self.scheduler.allowed_failures

    members = {"name": _NAME, "idempotent": True, "start": start, "transition": transition}
    return type("ElfdiffPairs", (library.SchedulerPlugin,), members)()


def _answer(future: Any, library: Any) -> Record | None:
    """The task's answer, None if its worker died. OSError or CancelledError if the scheduler is lost; NoCluster."""
    error = None if future.status in ("cancelled", "lost") else future.exception()
    if error is None and future.status == "finished":
        answer: Record = future.result()
        return answer
    if error is None:
        raise OSError("the scheduler was lost")
    if isinstance(error, library.scheduler.KilledWorker):
        return None
    if isinstance(error, OSError | asyncio.CancelledError):
        raise error
    raise NoCluster(f"the cluster cannot run pairs: {str(error).strip() or type(error).__name__}")
