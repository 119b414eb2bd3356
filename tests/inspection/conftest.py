"""Small ELF files written by hand, and programs that gcc makes."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from elfdiff.inspection.model import Inspection
from elfdiff.inspection.read import inspect_bytes, inspect_file

SOURCE = """
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv) {
    char name[64];
    strcpy(name, argv[argc - 1]);
    puts(name);
#ifdef STAMP
    puts(__DATE__ " " __TIME__);
#endif
    return 0;
}
"""


def write_elf(sections: dict[str, bytes], tail: bytes = b"") -> bytes:
    """A 64-bit little-endian shared object with these sections: .note… as notes, .text as code, others as data."""
    names = b"\0"
    bodies = [*sections.items(), (".shstrtab", b"")]
    offsets = []
    for name, _ in bodies:
        offsets.append(len(names))
        names += name.encode() + b"\0"
    body = b""
    rows = [bytes(64)]
    for (name, content), at in zip(bodies, offsets, strict=True):
        data = names if name == ".shstrtab" else content
        kind = 3 if name == ".shstrtab" else 7 if name.startswith(".note") else 1
        flags = 6 if name == ".text" else 0 if name.startswith((".debug", ".shstrtab")) else 2
        rows.append(struct.pack("<IIQQQQIIQQ", at, kind, flags, 0, 64 + len(body), len(data), 0, 0, 4, 0))
        body += data + bytes(-len(data) % 8)
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    head += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, 64 + len(body), 0, 64, 56, 0, 64, len(rows), len(rows) - 1)
    return head + body + b"".join(rows) + tail


def note(owner: bytes, kind: int, description: bytes) -> bytes:
    """One note (gABI, "Note Section")."""
    name = owner + b"\0"
    return (
        struct.pack("<III", len(name), len(description), kind)
        + name
        + bytes(-len(name) % 4)
        + description
        + bytes(-len(description) % 4)
    )


@pytest.fixture(scope="session")
def elf() -> Callable[..., bytes]:
    return write_elf


@pytest.fixture(scope="session")
def make_note() -> Callable[[bytes, int, bytes], bytes]:
    return note


@pytest.fixture(scope="session")
def inspected() -> Callable[..., Inspection]:
    """Inspect a file of these sections."""

    def run(sections: dict[str, bytes], tail: bytes = b"") -> Inspection:
        return inspect_bytes(write_elf(sections, tail), "made/by/hand")

    return run


@pytest.fixture(scope="session")
def faces() -> Callable[[Inspection], dict[str, str]]:
    return lambda found: {hazard.face: hazard.confidence for hazard in found.hazards}


@pytest.fixture
def compiled(tmp_path: Path) -> Callable[..., Inspection]:
    """Compile the sample program in a directory of its own and inspect it."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")

    def build(*flags: str, source: str = "main.c", output: str = "app") -> Inspection:
        (tmp_path / "main.c").write_text(SOURCE)
        name = str(tmp_path / source) if source.startswith("/") else source
        subprocess.run(["gcc", "-o", output, name, *flags], cwd=tmp_path, check=True, capture_output=True)
        return inspect_file(tmp_path / output)

    return build
