"""Damage that knows what it damages: JSON, what stands in it as base64, DER, checkpoints, and bytes."""

from __future__ import annotations

import base64
import binascii
import json
import random
from collections.abc import Iterator
from typing import Any

Place = tuple[str | int, ...]
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 1 << 31, 1 << 63, 1 << 70, -(1 << 63), 1.5, "", "0", "-1", "99999999999999999999",
    [], {}, [None], {"": None}, "A" * 3000, "\0", "\u202e", "=", "sha256:", [[[[]]]],
)  # fmt: skip


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Every node below the top."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*at, key)
        yield from places(item, (*at, key))


def found(value: Any, at: Place) -> Any:
    """What stands there; None where nothing does."""
    for step in at:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def tree(value: Any, draw: random.Random, donor: Any = None) -> Any:
    """A copy with one node changed; ``donor`` is another good document, whose node may take its place."""
    made = json.loads(json.dumps(value))
    spots = list(places(made))
    if not spots:
        return draw.choice(ODD)
    at = draw.choice(spots)
    parent, key = found(made, at[:-1]), at[-1]
    old = parent[key]
    match draw.randrange(8):
        case 0:
            parent[key] = draw.choice(ODD)
        case 1:
            del parent[key]
        case 2 if isinstance(parent, list):
            parent.insert(draw.randrange(len(parent) + 1), old)
        case 3 if isinstance(parent, dict):
            other = draw.choice(sorted(parent))
            parent[key], parent[other] = parent[other], parent[key]
        case 4 if donor is not None:
            parent[key] = found(donor, at)
        case 5 if isinstance(old, int) or (isinstance(old, str) and old.lstrip("-").isdigit() and len(old) < 30):
            number = int(old) + draw.choice((-1, 1, 7, 1 << 32, -(1 << 32)))
            parent[key] = str(number) if isinstance(old, str) else number
        case _:
            parent[key] = text(old, draw) if isinstance(old, str) else [old] * draw.choice((0, 2, 3))
    return made


def text(value: str, draw: random.Random) -> str:
    """A text changed as what it is: base64 of DER or JSON, JSON, PEM, a checkpoint, or letters."""
    inner = _decoded(value)
    if inner and draw.randrange(8):
        if inner[:1] == b"{" and draw.randrange(4):
            return base64.b64encode(json_bytes(inner, draw)).decode()
        if inner[:1] == b"\x30" and draw.randrange(4):
            return base64.b64encode(der(inner, draw)).decode()
        return base64.b64encode(raw(inner, draw)).decode()
    if value[:1] == "{":
        return json_bytes(value.encode(), draw).decode("utf-8", "replace")
    if value.startswith("-----BEGIN"):
        return pem(value, draw)
    if "\n" in value and "\N{EM DASH}" in value:
        return checkpoint(value, draw)
    return raw(value.encode(), draw).decode("utf-8", "replace")


def json_bytes(data: bytes, draw: random.Random) -> bytes:
    """JSON with a node changed, or a key twice, or written otherwise."""
    try:
        value = json.loads(data)
    except ValueError:
        return raw(data, draw)
    match draw.randrange(6):
        case 0 if isinstance(value, dict) and value:
            key = draw.choice(sorted(value))
            twice = json.dumps({key: draw.choice(ODD)})[:-1].encode()
            return twice + b"," + data.lstrip()[1:]
        case 1:
            return json.dumps(value, indent=draw.choice((None, 1))).encode()
        case _:
            return json.dumps(tree(value, draw)).encode()


def der(data: bytes, draw: random.Random) -> bytes:
    """DER with the tag, the length or the value of one element changed, or an element out, or twice."""
    elements = list(_elements(data, 0, len(data), 0))
    if not elements:
        return raw(data, draw)
    start, body, end = draw.choice(elements)
    out = bytearray(data)
    match draw.randrange(6):
        case 0:
            out[start] = draw.choice((0x02, 0x03, 0x04, 0x05, 0x0C, 0x30, 0x31, 0xA0, 0xFF))
        case 1:
            out[start + 1] = draw.choice((0, 1, 0x7F, 0x80, 0x82, 0x84, 0xFF))
        case 2 if end > body:
            out[draw.randrange(body, end)] ^= 1 << draw.randrange(8)
        case 3:
            del out[start:end]
        case 4:
            out[start:start] = data[start:end]
        case _:
            out += draw.randbytes(draw.choice((1, 40)))
    return bytes(out)


def _elements(data: bytes, at: int, end: int, depth: int) -> Iterator[tuple[int, int, int]]:
    """Start, contents and end of every element of definite length."""
    while at + 2 <= end and depth < 12:
        length, body = data[at + 1], at + 2
        if length & 0x80:
            width = length & 0x7F
            length, body = int.from_bytes(data[body : body + width], "big"), body + width
        if body + length > end:
            return
        yield at, body, body + length
        if data[at] & 0x20:
            yield from _elements(data, body, body + length, depth + 1)
        at = body + length


def pem(value: str, draw: random.Random) -> str:
    """PEM whose contents are changed as DER, or whose lines are."""
    head, *lines, tail = value.strip().split("\n")
    inner = _decoded("".join(lines))
    if inner and draw.randrange(3):
        return "\n".join((head, base64.b64encode(der(inner, draw)).decode(), tail, ""))
    return raw(value.encode(), draw).decode("utf-8", "replace")


def checkpoint(value: str, draw: random.Random) -> str:
    """A signed note with a line out, twice, in another place, or with another number or signature."""
    lines = value.split("\n")
    at = draw.randrange(len(lines))
    match draw.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, draw.choice(lines))
        case 2:
            lines[at] = str(draw.choice((0, -1, 1 << 40, "9" * 40)))
        case 3:
            lines[at] = raw(lines[at].encode(), draw).decode("utf-8", "replace")
        case _:
            draw.shuffle(lines)
    return "\n".join(lines)


def raw(data: bytes, draw: random.Random) -> bytes:
    """A bit turned, bytes out, in, twice, or the end cut off."""
    out = bytearray(data)
    if not out:
        return draw.randbytes(3)
    at = draw.randrange(len(out))
    match draw.randrange(6):
        case 0:
            out[at] ^= 1 << draw.randrange(8)
        case 1:
            del out[at : at + draw.randint(1, 40)]
        case 2:
            out[at:at] = out[at : at + draw.randint(1, 40)]
        case 3:
            out[at] = draw.choice(b'\0\xff{}[]",:=-9 \n')
        case 4:
            del out[at:]
        case _:
            out[at:at] = draw.randbytes(draw.randint(1, 9))
    return bytes(out)


def _decoded(value: str) -> bytes | None:
    if len(value) < 16:
        return None
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
