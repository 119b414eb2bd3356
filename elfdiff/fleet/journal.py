"""The journal of a run: SQLite, one row a finished pair, committed as it ends."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from elfdiff.elf.reading import shown
from elfdiff.errors import ElfdiffError
from elfdiff.fleet.record import FAILED, Record, Row

NAME = "journal.sqlite"
_FORMAT = 2
_BLOCK = 1 << 20
_TABLES = """
CREATE TABLE IF NOT EXISTS format (number INTEGER);
CREATE TABLE IF NOT EXISTS files (
    path BLOB PRIMARY KEY, size INTEGER, changed INTEGER, inode INTEGER, sha256 TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pairs (key TEXT PRIMARY KEY, state TEXT, answer TEXT, ended REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rows (
    place INTEGER PRIMARY KEY, id TEXT, package TEXT, columns TEXT, key TEXT, missing TEXT
);
CREATE TABLE IF NOT EXISTS trouble (sentence TEXT);
CREATE TABLE IF NOT EXISTS progress (began REAL);
"""


class BrokenJournal(ElfdiffError):
    """The journal cannot be written or read, or is of another elfdiff."""


class Journal:
    """``rows`` are the manifest of the last call; ``pairs`` the finished ones, by key, of every call."""

    def __init__(self, folder: str) -> None:
        self.path = Path(folder) / NAME
        self.lock: int | None = None
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.base = sqlite3.connect(self.path, timeout=60)
            self.base.execute("PRAGMA journal_mode=WAL")
            self.base.execute("PRAGMA synchronous=NORMAL")
            self.base.executescript(_TABLES)
            found = self.base.execute("SELECT number FROM format").fetchone()
        except (OSError, sqlite3.Error) as error:
            raise BrokenJournal(f"{shown(self.path)}: cannot be used as a journal ({error})") from error
        if found is None:
            with self.base:
                self.base.execute("INSERT INTO format VALUES (?)", (_FORMAT,))
        elif found[0] != _FORMAT:
            raise BrokenJournal(f"{shown(self.path)}: is the journal of another elfdiff; name another directory")

    def close(self) -> None:
        """Nothing is lost without it."""
        self.base.close()
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None

    def key(self, row: Row, version: str, options: str) -> str:
        """SHA-256 over the digests of both files, elfdiff's version and the options. OSError if one is unreadable."""
        assert row.a is not None
        assert row.b is not None
        parts = (self._digest(row.a), self._digest(row.b), version, options)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def begin(self, began: float) -> None:
        """A new call: its rows take the place of the last one's. BrokenJournal while another call is at work here."""
        self._hold()
        with self.base:
            for table in ("rows", "trouble", "progress"):
                self.base.execute(f"DELETE FROM {table}")
            self.base.execute("INSERT INTO progress VALUES (?)", (began,))

    def add_row(self, row: Row, key: str | None, missing: str | None) -> None:
        """One row of the manifest; committed with :meth:`commit`."""
        self.base.execute(
            "INSERT INTO rows (id, package, columns, key, missing) VALUES (?, ?, ?, ?, ?)",
            (row.id, row.package, json.dumps(dict(row.columns)), key, missing),
        )

    def add_trouble(self, sentence: str) -> None:
        """One row that could not be run."""
        self.base.execute("INSERT INTO trouble VALUES (?)", (sentence,))

    def commit(self) -> None:
        """Write what was added."""
        self.base.commit()

    def forget_failed(self) -> None:
        """``--redo failed``: those are run again. BrokenJournal while another call is at work here."""
        self._hold()
        with self.base:
            self.base.execute("DELETE FROM pairs WHERE state = ?", (FAILED,))

    def finished(self) -> set[str]:
        """The keys of all finished pairs."""
        return {key for (key,) in self.base.execute("SELECT key FROM pairs")}

    def finish(self, key: str, answer: Record, ended: float) -> None:
        """One pair has ended; kept when this returns, whatever ends the process. A power cut may cost the last ones."""
        with self.base:
            self.base.execute(
                "INSERT OR REPLACE INTO pairs VALUES (?, ?, ?, ?)", (key, answer["state"], json.dumps(answer), ended)
            )

    def results(self) -> Iterator[tuple[str, str, str | None, Record | None]]:
        """(id, package, which side is missing, answer) a row, in the manifest's order; no answer while it runs."""
        query = "SELECT id, package, missing, answer FROM rows LEFT JOIN pairs ON rows.key = pairs.key ORDER BY place"
        for name, package, missing, answer in self.base.execute(query):
            yield name, package, missing, json.loads(answer) if answer is not None else None

    def columns(self) -> list[str]:
        """The other columns of each row as JSON, in the order of :meth:`results`."""
        return [text for (text,) in self.base.execute("SELECT columns FROM rows ORDER BY place")]

    def troubles(self) -> list[str]:
        """The sentences of rows that could not be run."""
        return [sentence for (sentence,) in self.base.execute("SELECT sentence FROM trouble ORDER BY rowid")]

    def counts(self) -> tuple[int, int, int, float]:
        """Rows to run, rows that have ended, those of them since the call began, and its seconds until the last one."""
        (total,) = self.base.execute("SELECT COUNT(*) FROM rows WHERE key IS NOT NULL").fetchone()
        query = """
            SELECT COUNT(*), COUNT(CASE WHEN ended >= began THEN 1 END), MAX(ended) - began
            FROM progress, rows JOIN pairs ON rows.key = pairs.key
        """
        done, new, seconds = self.base.execute(query).fetchone()
        return total, done, new, max(0.0, seconds or 0.0)

    def _hold(self) -> None:
        if self.lock is not None:
            return
        try:
            lock = os.open(self.path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o666)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(lock)
                raise
        except BlockingIOError as error:
            raise BrokenJournal(
                f"{shown(self.path)}: another elfdiff fleet is at work here; wait for it, or name another directory"
            ) from error
        except OSError as error:
            raise BrokenJournal(f"{shown(self.path)}: cannot be locked ({error.strerror or error})") from error
        self.lock = lock

    def _digest(self, path: str) -> str:
        """SHA-256 of a file, or of a directory's names and files; read again only if size, time or inode changed."""
        if os.path.isdir(path):
            return self._tree_digest(path)
        state = os.stat(path)
        seen = (state.st_size, state.st_mtime_ns, state.st_ino)
        absolute = os.fsencode(os.path.abspath(path))
        found = self.base.execute(
            "SELECT sha256 FROM files WHERE path = ? AND size = ? AND changed = ? AND inode = ?", (absolute, *seen)
        ).fetchone()
        if found is not None:
            return str(found[0])
        digest = hashlib.sha256()
        with open(path, "rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        self.base.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", (absolute, *seen, digest.hexdigest()))
        return digest.hexdigest()

    def _tree_digest(self, root: str) -> str:
        digest = hashlib.sha256()
        for folder, folders, names in os.walk(root):
            folders.sort()
            for name in sorted([*names, *folders]):
                path = os.path.join(folder, name)
                state = os.lstat(path)
                target = os.readlink(path) if os.path.islink(path) else ""
                content = self._digest(path) if os.path.isfile(path) and not target else target
                line = f"{os.path.relpath(path, root)}\0{state.st_mode:o}\0{content}\n"
                digest.update(line.encode("utf-8", "surrogateescape"))
        return digest.hexdigest()
