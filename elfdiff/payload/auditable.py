"""The ``.dep-v0`` payload of cargo-auditable: zlib over JSON (PARSING.md and auditable-serde of its repository).

Strict on purpose: strict UTF-8, strict JSON, no repeated keys, indices in range. What upstream's own parser rejects as
a type error is rejected here; what only a graph walk would stumble over (no root, several, a cycle) is kept and
reported.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from sys import intern
from typing import Any, NoReturn

from elfdiff.errors import ElfdiffError
from elfdiff.jsonvalues import MAX_DEPTH, nesting
from elfdiff.payload.package import Package
from elfdiff.payload.semver import is_version
from elfdiff.values import dataclass

SECTION = ".dep-v0"
MAX_INFLATED = 8 << 20
"""Bytes of JSON in one section, all its streams together: the limit that PARSING.md recommends."""
MAX_STORED = MAX_INFLATED + (1 << 16)
"""Bytes of a section: stored zlib blocks add 5 bytes in 65,535, so an honest list of MAX_INFLATED fits."""
MAX_STREAMS = 64

_KNOWN_FORMATS = (0, 1, 8)
_MAX_FORMAT = (1 << 32) - 1
_SHOWN = 60


class BadPayload(ElfdiffError):
    """A list is there, and it is not what its format allows."""


@dataclass(frozen=True, slots=True)
class AuditableList:
    """One decoded list. ``format`` is 0, 1 or 8: an unknown one is read as the next known below, with a warning."""

    format: int
    packages: tuple[Package, ...]
    warnings: tuple[str, ...]


def inflate(stored: bytes) -> tuple[list[bytes], list[str]]:
    """Every zlib stream of a section in order, and warnings about what else stands there.

    Zero bytes between and after streams are padding. Raises BadPayload if there is no first stream, if a stream is
    broken, and before more than MAX_INFLATED bytes exist.
    """
    if len(stored) > MAX_STORED:
        raise BadPayload(f"is {len(stored)} bytes long; the limit is {MAX_STORED}")
    if not stored.strip(b"\0"):
        raise BadPayload("is empty")
    streams: list[bytes] = []
    warnings: list[str] = []
    position = 0
    budget = MAX_INFLATED
    while position < len(stored):
        if len(streams) == MAX_STREAMS:
            raise BadPayload(f"holds more than {MAX_STREAMS} zlib streams")
        if streams and not _starts_stream(stored, position):
            warnings.append(f"{len(stored) - position} bytes after the list in {SECTION} are no zlib stream")
            break
        content, used = _inflate_one(stored[position:], budget, len(streams))
        budget -= len(content)
        streams.append(content)
        position += used
        while position < len(stored) and stored[position] == 0:
            position += 1
    return streams, warnings


def _starts_stream(stored: bytes, position: int) -> bool:
    """RFC 1950: method 8, and the two header bytes are a multiple of 31."""
    head = stored[position : position + 2]
    return len(head) == 2 and head[0] & 15 == 8 and int.from_bytes(head, "big") % 31 == 0


def _inflate_one(stored: bytes, budget: int, number: int) -> tuple[bytes, int]:
    which = "" if number == 0 else f" (stream {number + 1})"
    if not _starts_stream(stored, 0):
        raise BadPayload(f"is not zlib data{which}: it begins with {stored[:4].hex(' ')}")
    engine = zlib.decompressobj()
    try:
        content = engine.decompress(stored, budget + 1)
    except zlib.error as error:
        raise BadPayload(f"cannot be inflated{which}: {error}") from error
    if len(content) > budget:
        raise BadPayload(f"inflates to more than {MAX_INFLATED} bytes{which}")
    if not engine.eof:
        raise BadPayload(f"is cut off before the end of its zlib data{which}")
    return content, len(stored) - len(engine.unused_data)


def decode(content: bytes) -> AuditableList:
    """The list that one inflated stream holds. BadPayload names the package and the field."""
    document = load_strict_json(content)
    if not isinstance(document, dict):
        raise BadPayload("is not a JSON object")
    warnings: list[str] = []
    known = _format(document.get("format", 0), warnings)
    if "packages" not in document:
        raise BadPayload("has no packages field")
    items = document["packages"]
    if not isinstance(items, list):
        raise BadPayload("has a packages field that is no list")
    repeated = 0
    packages: list[Package] = []
    for index, item in enumerate(items):
        package, again = _package(index, item, len(items))
        repeated += again
        packages.append(package)
    if repeated:
        warnings.append(f"{repeated} dependency indices are repeated; each edge is kept once")
    warnings.extend(graph_warnings(packages))
    return AuditableList(known, tuple(packages), tuple(warnings))


def load_strict_json(content: bytes) -> Any:
    """JSON as RFC 8259 has it: UTF-8 without a byte order mark, no NaN, no repeated key, nesting within reason."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadPayload(f"is not UTF-8 (byte {error.start})") from error
    if text.startswith("\ufeff"):
        raise BadPayload("begins with a byte order mark")
    if nesting(text) > MAX_DEPTH:
        raise BadPayload(f"is JSON nested more than {MAX_DEPTH} deep")
    import json

    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise BadPayload(f"is not JSON: {error.msg} at character {error.pos}") from error
    except ValueError as error:
        # int() refuses very long digit strings with a plain ValueError.
        raise BadPayload("holds a number that is too long") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        again = next(key for key in keys if keys.count(key) > 1)
        raise BadPayload(f"has the key {again[:_SHOWN]!r} twice in one object")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise BadPayload(f"holds {name}, which is not JSON")


def _format(value: object, warnings: list[str]) -> int:
    if type(value) is not int or not 0 <= value <= _MAX_FORMAT:
        raise BadPayload("has a format that is no unsigned 32-bit number")
    known = max(number for number in _KNOWN_FORMATS if number <= value)
    if known != value:
        warnings.append(f"format {value} is unknown and read as format {known}")
    return known


def _package(index: int, item: object, count: int) -> tuple[Package, int]:
    """The package, and how many of its dependency indices were repeats."""
    if not isinstance(item, dict):
        raise BadPayload(f"has a package {index} that is no object")
    name, version, source = (_text(index, item, field) for field in ("name", "version", "source"))
    if not name:
        raise BadPayload(f"has a package {index} without a name")
    which = f"package {index} ({name[:_SHOWN]!r})"
    if not is_version(version):
        raise BadPayload(f"gives {which} the version {version[:_SHOWN]!r}, which is no semantic version")
    kind = item.get("kind", "runtime")
    if kind not in ("runtime", "build"):
        raise BadPayload(f"gives {which} a kind that is neither runtime nor build")
    root = item.get("root", False)
    if type(root) is not bool:
        raise BadPayload(f"gives {which} a root field that is neither true nor false")
    edges = item.get("dependencies", [])
    if not isinstance(edges, list):
        raise BadPayload(f"gives {which} dependencies that are no list")
    for target in edges:
        # bool is an int to Python, and JSON's true is no index.
        if type(target) is not int:
            raise BadPayload(f"gives {which} a dependency that is no whole number")
        if not 0 <= target < count:
            shown = str(target) if abs(target) < 1 << 64 else "beyond 64 bits"
            raise BadPayload(f"gives {which} the dependency {shown}; the list has {count} packages")
    targets = tuple(sorted(set(edges)))
    # One object for equal texts: a list of 100,000 packages names few sources and kinds.
    return Package(name, version, intern(source), intern(kind), root, targets), len(edges) - len(targets)


def _text(index: int, item: dict[str, Any], field: str) -> str:
    value = item.get(field)
    if not isinstance(value, str):
        missing = "no" if field not in item else "a non-text"
        raise BadPayload(f"has a package {index} with {missing} {field}")
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise BadPayload(f"has a package {index} whose {field} holds half of a surrogate pair") from error
    return value


def graph_warnings(packages: Sequence[Package]) -> list[str]:
    """What a reader of the graph must know: roots other than one, a cycle, packages given twice."""
    warnings = []
    roots = sum(package.root for package in packages)
    if roots == 0 and packages:
        warnings.append("no package is marked as root")
    if roots > 1:
        warnings.append(f"{roots} packages are marked as root")
    loops = sum(index in package.dependencies for index, package in enumerate(packages))
    if loops:
        warnings.append(f"{loops} packages depend on themselves")
    waiting = _on_cycles(packages)
    if waiting:
        warnings.append(f"the dependency graph has a cycle; {waiting} packages are on one or need one")
    again = len(packages) - len({package.identity for package in packages})
    if again:
        warnings.append(f"{again} packages repeat the name, version and source of another")
    return warnings


def _on_cycles(packages: Sequence[Package]) -> int:
    """Packages left over when those without unresolved dependencies are taken away (Kahn 1962); self-loops are left
    out.
    """
    needed_by: list[list[int]] = [[] for _ in packages]
    open_edges = [0] * len(packages)
    for index, package in enumerate(packages):
        for target in package.dependencies:
            if target != index:
                needed_by[target].append(index)
                open_edges[index] += 1
    ready = [index for index, edges in enumerate(open_edges) if edges == 0]
    done = 0
    while ready:
        done += 1
        for user in needed_by[ready.pop()]:
            open_edges[user] -= 1
            if open_edges[user] == 0:
                ready.append(user)
    return len(packages) - done
