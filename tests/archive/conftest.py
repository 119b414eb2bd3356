"""Static archives written by hand, as GNU ar and BSD ar write them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from elfdiff.diagnose import diagnose
from elfdiff.report import Report


@dataclass(frozen=True)
class File:
    """A member to be written."""

    name: str
    content: bytes = b""
    time: str = "0"
    uid: str = "0"
    gid: str = "0"
    mode: str = "644"


def _header(name: str, member: File, size: int) -> bytes:
    fields = ((name, 16), (member.time, 12), (member.uid, 6), (member.gid, 6), (member.mode, 8), (str(size), 10))
    return "".join(text.ljust(width) for text, width in fields).encode() + b"`\n"


def write_archive(
    files: Sequence[File],
    symbols: Sequence[tuple[str, int]] = (),
    *,
    style: str = "gnu",
    thin: bool = False,
    wide: bool = False,
    index_time: str = "0",
    tail: bytes = b"",
) -> bytes:
    """The bytes of an archive. ``symbols`` are (name, number of the member); without any there is no index.

    ``style`` "bsd" puts every name before the contents. ``wide`` writes a /SYM64/ index.
    """
    names = bytearray()
    heads: list[tuple[str, bytes]] = []
    for member in files:
        if style == "bsd":
            heads.append((f"#1/{len(member.name)}", member.name.encode()))
        elif len(member.name) < 16 and not thin:
            heads.append((f"{member.name}/", b""))
        else:
            heads.append((f"/{len(names)}", b""))
            names += member.name.encode() + b"/\n"
    width = 8 if wide else 4
    text = b"".join(name.encode() + b"\0" for name, _ in symbols)
    size = width * (1 + len(symbols)) + len(text)
    at = 8 + (60 + size + size % 2 if symbols else 0) + (60 + len(names) + len(names) % 2 if names else 0)
    body = bytearray()
    places: list[int] = []
    for member, (name, prefix) in zip(files, heads, strict=True):
        places.append(at + len(body))
        content = prefix + member.content
        body += _header(name, member, len(content))
        if not thin:
            body += content + b"\n" * (len(content) % 2)
    out = bytearray(b"!<thin>\n" if thin else b"!<arch>\n")
    if symbols:
        code = ">Q" if wide else ">I"
        index = struct.pack(code, len(symbols)) + b"".join(struct.pack(code, places[i]) for _, i in symbols) + text
        out += _header("/SYM64/" if wide else "/", File("", time=index_time, mode="0"), size)
        out += index + b"\0" * (size % 2)
    if names:
        out += _header("//", File("", time="", uid="", gid="", mode=""), len(names)) + names + b"\n" * (len(names) % 2)
    return bytes(out + body + tail)


@pytest.fixture(scope="session")
def file() -> type[File]:
    return File


@pytest.fixture(scope="session")
def archive() -> Callable[..., bytes]:
    return write_archive


@pytest.fixture
def explain(tmp_path: Path) -> Callable[[bytes, bytes], Report]:
    """The report of two files with these bytes."""

    def run(a: bytes, b: bytes) -> Report:
        (tmp_path / "a").write_bytes(a)
        (tmp_path / "b").write_bytes(b)
        return diagnose(str(tmp_path / "a"), str(tmp_path / "b"))

    return run
