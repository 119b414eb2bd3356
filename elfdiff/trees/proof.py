"""The proof of two trees: those of their ELF entries in one zip archive, with a list of what has none.

``index.json``: ``{"schema": "elfdiff/proofs/1", "entries": [{"a": [NAME, …], "b": [NAME, …], "proof": FILE}, …],
"without": [{"name": NAME, "why": SENTENCE}, …]}``. The names lead from the container through those in it to the entry.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence

from elfdiff.accounting.explanation import MalformedProof
from elfdiff.accounting.verify import verify
from elfdiff.containers.limits import Budget, Limits
from elfdiff.containers.listed import read_listed
from elfdiff.containers.model import Container
from elfdiff.containers.opening import open_bytes, open_path
from elfdiff.report import Report
from elfdiff.tree import Status, Tree, TreeEntry
from elfdiff.values import dataclass

SCHEMA = "elfdiff/proofs/1"
MAX_PROOF = 1 << 30
"""Bytes of one proof in the archive."""
FRAME = "what the containers hold beside contents (headers, order, compression) has no proof"


@dataclass(frozen=True, slots=True)
class Proved:
    """One pair of ELF entries: the names that lead to it on each side, and its proof."""

    a: tuple[str, ...]
    b: tuple[str, ...]
    proof: bytes


@dataclass(frozen=True, slots=True)
class Proofs:
    """``without`` are the names of entries that differ and have no proof, each with the reason."""

    proved: tuple[Proved, ...]
    without: tuple[tuple[str, str], ...]

    def archive(self) -> bytes:
        """The zip archive, the same bytes for the same proofs."""
        out = io.BytesIO()
        index = {
            "schema": SCHEMA,
            "entries": [{"a": item.a, "b": item.b, "proof": f"{n}.proof"} for n, item in enumerate(self.proved)],
            "without": [{"name": name, "why": why} for name, why in self.without],
        }
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(zipfile.ZipInfo("index.json"), json.dumps(index, indent=1) + "\n")
            for n, item in enumerate(self.proved):
                archive.writestr(zipfile.ZipInfo(f"{n}.proof"), item.proof)
        return out.getvalue()

    @property
    def sentence(self) -> str:
        """What is covered, and what is not."""
        one = len(self.proved) == 1
        covered = f"{len(self.proved)} ELF {'entry that differs has' if one else 'entries that differ have'} one"
        if self.without:
            (name, why), more = self.without[0], len(self.without) - 1
            covered += f", {len(self.without)} others do not ({name}: {why}{f'; and {more} more' if more else ''})"
        return f"{covered}; {FRAME}"


def proofs_of(tree: Tree) -> Proofs:
    """The proofs that a comparison found, when it was asked for them."""
    proved: list[Proved] = []
    without: list[tuple[str, str]] = []
    for a, b, entry in _entries(tree, (), ()):
        report = entry.report
        if isinstance(report, Report) and report.proof is not None:
            proved.append(Proved(a, b, report.proof))
        else:
            without.append((": ".join(a or b), _why(entry)))
    return Proofs(tuple(proved), tuple(without))


def _entries(
    tree: Tree, a: tuple[str, ...], b: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], TreeEntry]]:
    """Entries whose contents differ, those of containers in place of these."""
    for entry in tree.entries:
        ways = [(*way, side.name) if side is not None else () for way, side in ((a, entry.a), (b, entry.b))]
        if entry.status in (Status.SAME, Status.METADATA) or (entry.status is Status.RENAMED and not entry.report):
            continue
        if isinstance(entry.report, Tree) and entry.report.entries and entry.report.a.kind != "static archive":
            yield from _entries(entry.report, ways[0], ways[1])
        else:
            yield ways[0], ways[1], entry


def _why(entry: TreeEntry) -> str:
    if entry.a is None or entry.b is None:
        return "only on one side"
    if entry.error is not None:
        return "it could not be compared"
    if isinstance(entry.report, Tree):
        return "a static archive"
    return "no ELF file" if not isinstance(entry.report, Report) else "it has no ledger"


def verify_tree(a_path: str, b_path: str, archive: bytes, limits: Limits) -> tuple[bool, str]:
    """Whether every proof in the archive holds, and one sentence about it. Raises ElfdiffError, MalformedProof."""
    index, proofs = _read(archive)
    sides = Entries(a_path, limits), Entries(b_path, limits)
    failed: list[str] = []
    for item in index:
        ways = [tuple(item[side]) for side in ("a", "b")]
        contents = [side.read(way) for side, way in zip(sides, ways, strict=True)]
        if contents[0] is None or contents[1] is None:
            failed.append(f"{': '.join(ways[0])}: there is no such entry")
            continue
        good, sentence = verify(contents[0], contents[1], proofs[str(item["proof"])])
        if not good:
            failed.append(f"{': '.join(ways[0])}: {sentence}")
    if failed:
        return False, f"{len(failed)} of {len(index)} proofs do not hold; {failed[0]}"
    return True, f"{len(index)} of {len(index)} proofs of ELF entries hold; {FRAME}"


def _read(archive: bytes) -> tuple[list[Mapping[str, Sequence[str]]], Mapping[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as file:
            if any(info.file_size > MAX_PROOF for info in file.infolist()):
                raise MalformedProof("a proof in the archive is too large")
            found = {info.filename: file.read(info) for info in file.infolist()}
        index = json.loads(found["index.json"])
        entries = index["entries"]
        known = index["schema"] == SCHEMA and isinstance(entries, list)
        if not known or not all(_is_row(item, found) for item in entries):
            raise MalformedProof("its index is not of this form")
    except (
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        TypeError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise MalformedProof("is no archive of proofs") from error
    return entries, found


def _is_row(item: object, found: Mapping[str, bytes]) -> bool:
    if not isinstance(item, dict) or item.get("proof") not in found:
        return False
    ways = item.get("a"), item.get("b")
    return all(isinstance(way, list) and way and all(isinstance(name, str) for name in way) for way in ways)


class Entries:
    """The entries of what a path leads to; containers in it are opened once."""

    def __init__(self, path: str, limits: Limits) -> None:
        self.limits = limits
        top = open_path(path, limits)
        if isinstance(top, bytes):
            self.opened: dict[tuple[str, ...], Container | None] = {(): read_listed(path, top, Budget(path, limits))}
        else:
            self.opened = {(): top}

    def read(self, way: tuple[str, ...]) -> bytes | None:
        """The contents of the entry that these names lead to; None if there is none."""
        container = self._container(way[:-1])
        if container is None:
            return None
        entry = next((entry for entry in container.entries if entry.name == way[-1]), None)
        return entry.read() if entry is not None else None

    def _container(self, way: tuple[str, ...]) -> Container | None:
        if way not in self.opened:
            data = self.read(way)
            self.opened[way] = None if data is None else open_bytes(data, way[-1], self.limits, len(way))
        return self.opened[way]
