"""OSV records (OSV schema 1.6) in a directory or a zip archive; of their ecosystems, crates.io."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from elfdiff.elf.reading import shown
from elfdiff.payload.semver import Version, parse_version
from elfdiff.sbom.advisory import Advisory, BadDatabase, Interval

ECOSYSTEM = "crates.io"
MAX_RECORD = 8 << 20
"""Bytes of one record."""
MAX_RECORDS = 500_000
MAX_TOTAL = 2 << 30
"""Bytes of all records together."""


def load_directory(directory: Path) -> list[Advisory]:
    """Every crates.io record in ``*.json`` below a directory."""
    return _load(_directory_records(directory))


def load_zip(path: Path) -> list[Advisory]:
    """Every crates.io record in the ``*.json`` members of a zip archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _load(_zip_records(archive, shown(path)))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadDatabase(f"{shown(path)}: is no zip archive that can be read ({type(error).__name__})") from error
    except OSError as error:
        raise BadDatabase(f"{shown(path)}: {error.strerror or 'cannot be read'}") from error


def _directory_records(directory: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(directory.rglob("*.json")):
        if path.is_file():
            try:
                with path.open("rb") as file:
                    yield shown(path), file.read(MAX_RECORD + 1)
            except OSError as error:
                raise BadDatabase(f"{shown(path)}: {error.strerror or 'cannot be read'}") from error


def _zip_records(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, bytes]]:
    for member in sorted(archive.infolist(), key=lambda item: item.filename):
        if member.filename.endswith(".json"):
            with archive.open(member) as file:
                yield f"{name}: {shown(member.filename)}", file.read(MAX_RECORD + 1)


def _load(records: Iterable[tuple[str, bytes]]) -> list[Advisory]:
    found: list[Advisory] = []
    total = 0
    for number, (name, content) in enumerate(records, 1):
        total += len(content)
        if len(content) > MAX_RECORD or number > MAX_RECORDS or total > MAX_TOTAL:
            raise BadDatabase(
                f"{name}: beyond a limit ({MAX_RECORD} bytes a record, {MAX_RECORDS} records, {MAX_TOTAL} bytes)"
            )
        try:
            document = json.loads(content.decode("utf-8"))
            if isinstance(document, dict) and "id" in document:
                found.extend(parse_record(document))
        except (ValueError, RecursionError) as error:
            raise BadDatabase(f"{name}: is not JSON ({type(error).__name__})") from error
        except (KeyError, TypeError, AttributeError) as error:
            raise BadDatabase(f"{name}: lacks a field or has one of a wrong type ({error})") from error
        except BadDatabase as error:
            raise BadDatabase(f"{name}: {error}") from error
    return found


def parse_record(document: dict[str, Any]) -> Iterator[Advisory]:
    """One advisory for each crates.io package of a record. Raises KeyError, TypeError or AttributeError for a bad
    field.
    """
    for affected in document.get("affected") or ():
        if affected["package"]["ecosystem"] != ECOSYSTEM:
            continue
        own = affected.get("database_specific") or {}
        limits = (affected.get("ecosystem_specific") or {}).get("affects") or {}
        intervals, fixed = _intervals(affected.get("ranges") or ())
        severities = [*(document.get("severity") or ()), *(affected.get("severity") or ())]
        yield Advisory(
            id=str(document["id"]),
            package=str(affected["package"]["name"]),
            title=str(document.get("summary") or "").replace("`", ""),
            date=str(document.get("published") or document.get("modified") or "")[:10],
            url=_address(document),
            affected=intervals,
            versions=frozenset(str(item) for item in affected.get("versions") or ()),
            aliases=tuple(str(item) for item in document.get("aliases") or ()),
            informational=str(own["informational"]) if own.get("informational") else None,
            withdrawn=bool(document.get("withdrawn")),
            systems=tuple(str(item) for item in limits.get("os") or ()),
            vectors=tuple(str(item["score"]) for item in severities if str(item.get("type")).startswith("CVSS")),
            patched=tuple(f">= {version}" for version in fixed),
        )


def _address(document: dict[str, Any]) -> str:
    for reference in document.get("references") or ():
        if reference.get("type") == "ADVISORY" and str(reference.get("url", "")).startswith("https://rustsec.org/"):
            return str(reference["url"])
    return f"https://osv.dev/vulnerability/{document['id']}"


def _intervals(ranges: Iterable[dict[str, Any]]) -> tuple[tuple[Interval, ...], list[Version]]:
    """Affected intervals and the versions that fix them. Events stand in any order; GIT ranges say nothing about
    versions.
    """
    found: list[Interval] = []
    fixes: list[Version] = []
    for item in ranges:
        if item.get("type") not in ("SEMVER", "ECOSYSTEM"):
            continue
        events = [(_event_version(text), kind) for event in item["events"] for kind, text in event.items()]
        start: Version | None = None
        inside = False
        # Events of one version keep their order: "introduced 1, fixed 1" is empty (RustSec exports such), and
        # "fixed 1, introduced 1" lets one range begin where the other stops.
        for version, kind in sorted(events, key=lambda event: event[0].key):
            if kind == "introduced" and not inside:
                start, inside = version, True
            elif kind in ("fixed", "last_affected") and inside:
                found.append(Interval(start, version if kind == "fixed" else version.next))
                inside = False
            if kind == "fixed":
                fixes.append(version)
        if inside:
            found.append(Interval(start, None))
    return tuple(found), fixes


def _event_version(text: object) -> Version:
    """``0`` stands for the lowest version of all."""
    if text == "0":
        return Version(0, 0, 0, "0")
    version = parse_version(text) if isinstance(text, str) else None
    if version is None:
        raise BadDatabase(f"the event version {text!r:.80} is no semantic version")
    return version
