"""A whole run: rows of the manifest, those that the journal has not yet, an engine, the journal, the table."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from elfdiff.elf.reading import shown
from elfdiff.errors import ElfdiffError
from elfdiff.fleet.journal import Journal
from elfdiff.fleet.ranking import Summary, summarise
from elfdiff.fleet.record import BadRow, Record, Row
from elfdiff.version import __version__

Progress = Callable[[int, int, float], None]
"""Called with pairs that have ended, pairs in all, and seconds since the start."""


_KEPT = 1.0
"""Seconds of reading rows and digesting files that may be lost."""


class Engine(Protocol):
    """Runs pairs somewhere. It knows keys and records, and nothing of files or causes."""

    def map(self, records: Iterable[tuple[str, Record]]) -> Iterator[tuple[str, Record]]:
        """(key, record) → (key, answer), in any order; each key once."""


def run(
    rows: Iterable[Row | BadRow],
    journal: Journal,
    engine: Engine,
    options: str,
    reports: str | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Run what is not in the journal, and rank all. What has ended is on disk, whatever ends the run.

    ``options`` are those that change an answer; ``reports`` is a directory for each pair's JSON report, None for none.
    """
    began = time.monotonic()
    journal.begin(time.time())
    waiting: dict[str, Record] = {}
    rows_of: Counter[str] = Counter()
    finished = journal.finished()
    total = done = 0
    kept = began
    for row in rows:
        if time.monotonic() - kept > _KEPT:
            journal.commit()
            kept = time.monotonic()
        if isinstance(row, BadRow):
            journal.add_trouble(row.sentence)
            continue
        if row.a is None or row.b is None:
            journal.add_row(row, None, "a" if row.a is None else "b")
            continue
        try:
            key = journal.key(row, __version__, options)
        except OSError as error:
            journal.add_trouble(f"{row.where}: cannot be read ({error.strerror or error})")
            continue
        journal.add_row(row, key, None)
        total += 1
        if key in finished:
            done += 1
        else:
            rows_of[key] += 1
        if key not in finished and key not in waiting:
            waiting[key] = {"a": row.a, "b": row.b, "reports": reports is not None}
    journal.commit()
    if progress is not None:
        progress(done, total, time.monotonic() - began)
    for key, answer in engine.map(waiting.items()):
        text = answer.pop("report", None)
        if text is not None and reports is not None:
            _write(Path(reports), key, text)
        journal.finish(key, answer, time.time())
        done += rows_of[key]
        if progress is not None:
            progress(done, total, time.monotonic() - began)
    return summary(journal)


def summary(journal: Journal) -> Summary:
    """The table of what has ended so far."""
    return summarise(journal.results(), journal.troubles())


def _write(folder: Path, key: str, text: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{key}.json").write_text(text, encoding="utf-8")
    except OSError as error:
        raise ElfdiffError(f"{shown(folder)}: a report cannot be written ({error.strerror or error})") from error
