"""Lists of pairs: CSV, JSON Lines, two directories, rebuilderd's list, and Debian's reproducible.json."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from elfdiff.elf.reading import read_bytes, shown
from elfdiff.errors import ElfdiffError, UsageError
from elfdiff.fleet.record import BadRow, Row
from elfdiff.jsonvalues import fault

MAX_MANIFEST = 1 << 30
"""Bytes of a manifest."""
MAX_FILES = 5_000_000
"""Files in one of two directories."""
_REBUILT = frozenset({"BAD", "FTBR", "unreproducible"})
"""Statuses of rebuilderd (PkgRelease.status) and of Debian's list that say: rebuilt, and different."""
_OWN = frozenset({"id", "a", "b"})


class MalformedManifest(ElfdiffError):
    """A manifest of which no row can be read, with its name."""


def read_manifest(paths: list[str]) -> Iterator[Row | BadRow]:
    """Rows in their order: of a list, of two directories, or of a distribution's list with the two directories.

    A row that cannot be read is a :class:`BadRow`; of two rows with one id the second. MalformedManifest if the whole
    cannot be read, or holds no row.
    """
    match paths:
        case [a, b] if os.path.isdir(a) and os.path.isdir(b):
            rows: Iterator[Row | BadRow] = _directories(a, b)
        case [manifest]:
            rows = _listed(manifest)
        case [manifest, a, b] if os.path.isdir(a) and os.path.isdir(b):
            rows = _distribution(manifest, a, b)
        case _:
            raise UsageError("fleet takes a manifest, two directories, or a distribution's list and two directories")
    return _unique(rows, shown(paths[0]))


def _unique(rows: Iterator[Row | BadRow], name: str) -> Iterator[Row | BadRow]:
    seen: set[str] = set()
    empty = True
    for row in rows:
        empty = False
        if isinstance(row, Row):
            if row.id in seen:
                yield BadRow(f"{row.where}: the id {shown(row.id)} stands twice; this row is left out")
                continue
            seen.add(row.id)
        yield row
    if empty:
        raise MalformedManifest(f"{name}: holds no pair")


def _listed(path: str) -> Iterator[Row | BadRow]:
    name, data = shown(path), _text(path)
    base = Path(path).parent
    if data.lstrip()[:1] == "[":
        raise UsageError(f"{name}: is a distribution's list: give the two directories with the packages behind it")
    read = _json_lines(data, name) if data.lstrip()[:1] == "{" else _csv(data, name)
    for number, fields in read:
        yield fields if isinstance(fields, BadRow) else _row(fields, f"{name}, line {number}", base)


def _json_lines(data: str, name: str) -> Iterator[tuple[int, Mapping[str, object] | BadRow]]:
    # A line ends with a line feed alone: JSON text may hold the other ends that Unicode knows.
    for number, line in enumerate(data.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        yield number, value if isinstance(value, dict) else BadRow(f"{name}, line {number}: is no JSON object")


def _csv(data: str, name: str) -> Iterator[tuple[int, Mapping[str, object] | BadRow]]:
    reader = csv.reader(StringIO(data, newline=""))
    heads = _record(reader, name)
    if isinstance(heads, BadRow):
        raise MalformedManifest(heads.sentence)
    missing = sorted(_OWN - set(heads or ()))
    if heads is None or missing:
        raise MalformedManifest(f"{name}: its first line names no column {', '.join(missing)}")
    while (fields := _record(reader, name)) is not None:
        if isinstance(fields, BadRow):
            yield reader.line_num, fields
        elif len(fields) != len(heads):
            words = f"{len(fields)} columns, and the first line names {len(heads)}"
            yield reader.line_num, BadRow(f"{name}, line {reader.line_num}: has {words}")
        else:
            yield reader.line_num, dict(zip(heads, fields, strict=True))


def _record(reader: Any, name: str) -> list[str] | BadRow | None:
    """The next record that is no empty line, as csv reads it; None at the end."""
    try:
        return next((fields for fields in reader if fields), None)
    except csv.Error as error:
        return BadRow(f"{name}, line {reader.line_num}: is no CSV ({error})")


def _row(fields: Mapping[str, object], where: str, base: Path) -> Row | BadRow:
    """Paths are taken from the manifest's own directory; a side that is empty (in JSON: null) is a missing partner."""
    name = fields.get("id")
    if not isinstance(name, str) or not name:
        return BadRow(f"{where}: names no id")
    sides: list[str | None] = []
    for side in "ab":
        if side not in fields:
            return BadRow(f"{where}: has no {side}; where the partner is missing it is null")
        value = fields[side]
        if value is not None and not isinstance(value, str):
            return BadRow(f"{where}: {side} is no path")
        path = str(base / value) if value else None
        if path is not None and not os.path.exists(path):
            return BadRow(f"{where}: {side}: {shown(path)}: no such file or directory")
        if path is not None and not os.path.isfile(path) and not os.path.isdir(path):
            return BadRow(f"{where}: {side}: {shown(path)}: is no regular file and no directory")
        sides.append(path)
    if sides == [None, None]:
        return BadRow(f"{where}: names neither a nor b")
    columns = {key: _words(value) for key, value in fields.items() if key not in _OWN}
    return Row(_stored(name), sides[0], sides[1], _stored(columns.get("package") or name), columns, where)


def _words(value: object) -> str:
    """A free column's value; what JSON holds beside text stays JSON, and null is nothing."""
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)


def _stored(name: str) -> str:
    """The name as UTF-8 can hold it: bytes of a file's name that are no UTF-8 become escapes."""
    return name if name.isascii() else name.encode("utf-8", "backslashreplace").decode()


def _directories(a: str, b: str) -> Iterator[Row]:
    left, right = _files(a), _files(b)
    for name in [*left, *(name for name in right if name not in left)]:
        yield Row(_stored(name), left.get(name), right.get(name), _stored(_package(name)), {}, shown(name))


def _files(root: str) -> dict[str, str]:
    """Regular files by relative path, in byte order; symbolic links are not followed."""
    found: dict[str, str] = {}
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not os.path.islink(path):
                found[os.path.relpath(path, root)] = path
            if len(found) > MAX_FILES:
                raise MalformedManifest(f"{shown(root)}: holds more than {MAX_FILES} files, the limit")
    return found


def _package(name: str) -> str:
    """The package of a file: a package file's own name up to its version, else the first directory, else the name."""
    base = os.path.basename(name)
    if base.endswith((".deb", ".udeb", ".ddeb")) and "_" in base:
        return base.split("_", 1)[0]
    head, _, tail = name.partition(os.sep)
    return head if tail else base


def _distribution(path: str, a: str, b: str) -> Iterator[Row | BadRow]:
    name = shown(path)
    try:
        value = json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        raise MalformedManifest(f"{name}: is no JSON ({fault(error)})") from error
    if not isinstance(value, list):
        raise MalformedManifest(f"{name}: is no list of packages of rebuilderd or of Debian's reproducible.json")
    left, right = _by_name(_files(a)), _by_name(_files(b))
    for number, item in enumerate(value, 1):
        where = f"{name}, entry {number}"
        if not isinstance(item, dict) or not isinstance(item.get("status"), str):
            yield BadRow(f"{where}: names no status")
        elif item["status"] in _REBUILT:
            yield from _rebuilt(item, where, left, right)


def _rebuilt(
    item: Mapping[str, object], where: str, left: Mapping[str, str], right: Mapping[str, str]
) -> Iterator[Row | BadRow]:
    columns = {str(key): str(item[key]) for key in item if isinstance(item[key], str | int)}
    package = columns.get("name") or columns.get("package")
    address = columns.get("artifact_url") or columns.get("url")
    if package is None or "version" not in columns:
        yield BadRow(f"{where}: names no package or no version")
        return
    if address is not None:
        names: Iterable[str] = [os.path.basename(unquote(urlsplit(address).path))]
    else:
        # Debian's list names source packages; an epoch is no part of a file's name (deb(7)).
        mark = f"_{columns['version'].split(':', 1)[-1]}_"
        names = [file for file in sorted(left.keys() | right.keys()) if file.startswith(package) and mark in file]
    found = False
    for file in names:
        if file in left or file in right:
            found = True
            yield Row(_stored(f"{package}/{file}"), left.get(file), right.get(file), _stored(package), columns, where)
    if not found:
        yield BadRow(f"{where}: no file of {shown(package)} {shown(columns['version'])} is in the two directories")


def _by_name(files: Mapping[str, str]) -> dict[str, str]:
    return {os.path.basename(name): path for name, path in files.items()}


def _text(path: str) -> str:
    try:
        return read_bytes(path, MAX_MANIFEST).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedManifest(f"{shown(path)}: is no UTF-8 text at byte {error.start}") from error
