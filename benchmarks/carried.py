"""What ELF files carry, made with the standard library: archives of PyInstaller, deno, Node.js and PAR::Packer."""

from __future__ import annotations

import io
import json
import marshal
import struct
import zipfile
import zlib
from collections.abc import Mapping

COOKIE = struct.Struct("!8sIIII64s")
ROW = struct.Struct("!IIIIBc")


def carchive(files: Mapping[str, bytes]) -> bytes:
    """PyInstaller's archive of deflated files."""
    body, rows = bytearray(), bytearray()
    for name, data in files.items():
        packed = zlib.compress(data, 9)
        words = name.encode() + b"\0"
        words += bytes(-(ROW.size + len(words)) % 16)
        rows += ROW.pack(ROW.size + len(words), len(body), len(packed), len(data), 1, b"b") + words
        body += packed
    size = len(body) + len(rows) + COOKIE.size
    return bytes(body + rows + COOKIE.pack(b"MEI\014\013\012\013\016", size, len(body), len(rows), 311, b"libpython"))


def pyz(modules: Mapping[str, bytes]) -> bytes:
    """PyInstaller's archive of code; the magic number is that of Python 3.11."""
    body = bytearray(b"PYZ\0" + struct.pack("<H", 3495) + b"\r\n" + bytes(9))
    table = []
    for name, code in modules.items():
        packed = zlib.compress(code, 6)
        table.append((name, (0, len(body), len(packed))))
        body += packed
    start = len(body)
    body[8:12] = start.to_bytes(4, "big")
    return bytes(body) + marshal.dumps(table, 2)


def modules_zip(names: list[str]) -> bytes:
    """A zip archive of bytecode, as PyInstaller keeps the standard library."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), b"\xe3" + name.encode())
    return out.getvalue()


def deno(millis: int) -> bytes:
    """What deno compile appends: options and one module, its time in milliseconds."""
    options = json.dumps({"argv": [], "entrypoint_key": "m.ts"}).encode()
    table = json.dumps([{"File": {"n": "m.ts", "o": [0, 5], "t": millis}}], separators=(",", ":")).encode()
    parts = (options, b"", b"", table, b"hello")
    return b"d3n0l4nd" + b"".join(len(part).to_bytes(8, "little") + part for part in parts) + b"d3n0l4nd"


def sea(script: bytes, cache: bytes) -> bytes:
    """The blob of a single executable application of Node.js."""
    parts = (b"m.js", script, cache)
    return struct.pack("<II", 0x143DA20, 4) + b"".join(len(part).to_bytes(8, "little") + part for part in parts)


def par(files: Mapping[str, bytes]) -> bytes:
    """PAR::Packer's files behind a program, and its zip archive."""
    out = bytearray()
    for name, data in files.items():
        words = b"0a1b2c3d/" + name.encode()
        out += b"FILE" + len(words).to_bytes(4, "big") + words + len(data).to_bytes(4, "big") + data
    return bytes(out + modules_zip(["a"]) + b"0" * 40 + b"\0CACHE\0" + bytes(4) + b"\nPAR.pm\n")
