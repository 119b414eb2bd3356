"""Debug links, Go build IDs, .modinfo and module signatures: values and the file range of each."""

from __future__ import annotations

import base64
import hashlib
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from elfdiff.elf.file import ElfFile, parse
from elfdiff.payload.debuglink import alternate_link, debug_link
from elfdiff.payload.go import go_build_id, is_as_built, is_go
from elfdiff.payload.modinfo import ModuleEntry, module_info, module_signature
from elfdiff.span import Span


def test_debug_link_of_objcopy(build: Callable[..., Path], tmp_path: Path) -> None:
    if shutil.which("objcopy") is None:
        pytest.skip("needs objcopy")
    program = build("gcc", "-g")
    separate, linked = tmp_path / "app.debug", tmp_path / "app"
    subprocess.run(["objcopy", "--only-keep-debug", program, separate], check=True)
    subprocess.run(["objcopy", "--strip-debug", f"--add-gnu-debuglink={separate}", program, linked], check=True)
    elf = parse(linked.read_bytes(), "app")
    link = debug_link(elf)
    assert link is not None
    assert link.name == "app.debug"
    assert link.crc == zlib.crc32(separate.read_bytes())
    assert elf.data[link.name_span.start : link.name_span.end] == b"app.debug"
    assert elf.data[link.crc_span.start : link.crc_span.end] == struct.pack("<I", link.crc)
    assert debug_link(parse(program.read_bytes(), "program")) is None


@pytest.mark.parametrize("order", ["little", "big"])
def test_debug_link_by_hand(made: Callable[..., ElfFile], part: type, order: str) -> None:
    crc = struct.pack("<I" if order == "little" else ">I", 0x01020304)
    for name in (b"a", b"abc", b"abcd"):
        padded = name + b"\0" + bytes(-(len(name) + 1) % 4)
        link = debug_link(made([part(".x", b"odd"), part(".gnu_debuglink", padded + crc)], order=order))
        assert link is not None
        assert (link.name, link.crc) == (name.decode(), 0x01020304)
    for broken in (b"", b"abc", b"abc\0", b"abc\0\x01\x02\x03"):
        assert debug_link(made([part(".gnu_debuglink", broken)], order=order)) is None


def test_alternate_link(made: Callable[..., ElfFile], part: type) -> None:
    elf = made([part(".gnu_debugaltlink", b"/usr/lib/debug/.dwz/x.debug\0" + bytes(range(20)))])
    link = alternate_link(elf)
    assert link is not None
    assert link.name == "/usr/lib/debug/.dwz/x.debug"
    assert link.build_id == bytes(range(20))
    assert elf.data[link.build_id_span.start : link.build_id_span.end] == link.build_id
    assert alternate_link(made([part(".gnu_debugaltlink", b"unended")])) is None


def go_note(text: bytes) -> bytes:
    return struct.pack("<III", 4, len(text), 4) + b"Go\0\0" + text + bytes(-len(text) % 4)


def test_go_build_id(made: Callable[..., ElfFile], part: type) -> None:
    elf = made([part(".note.go.buildid", go_note(b"aa/bb/cc/dd"), type=7, alignment=4)])
    identity = go_build_id(elf)
    assert identity is not None
    assert (identity.action, identity.compile_action, identity.compile_content, identity.content) == (
        "aa",
        "bb",
        "cc",
        "dd",
    )
    assert elf.data[identity.span.start : identity.span.end] == b"aa/bb/cc/dd"
    assert is_go(elf)
    chosen = made([part(".note.go.buildid", go_note(b"mine"), type=7, alignment=4)])
    assert go_build_id(chosen) is None
    assert is_go(chosen)
    assert not is_go(made([]))


def test_module_info(made: Callable[..., ElfFile], part: type) -> None:
    text = b"license=GPL\0\0vermagic=6.1.0-1 SMP mod_unload \0depends=\0alias=a=b\0odd"
    elf = made([part(".modinfo", text, flags=2)], file_type=1)
    start = elf.sections[1].offset
    entries = module_info(elf)
    assert [(e.key, e.value) for e in entries] == [
        ("license", "GPL"),
        ("vermagic", "6.1.0-1 SMP mod_unload "),
        ("depends", ""),
        ("alias", "a=b"),
        ("odd", ""),
    ]
    assert entries[1] == ModuleEntry("vermagic", "6.1.0-1 SMP mod_unload ", Span(start + 13, start + 45))
    for entry in entries:
        raw = elf.data[entry.span.start : entry.span.end].decode()
        assert raw in (f"{entry.key}={entry.value}", entry.key)
    assert module_info(made([])) == ()


def test_module_signature(make: Callable[..., bytes]) -> None:
    magic = b"~Module signature appended~\n"
    plain = make([], file_type=1)
    whole = plain + b"S" * 100 + struct.pack(">BBBBB3xI", 0, 0, 2, 0, 0, 100) + magic
    signature = module_signature(parse(whole, "module"))
    assert signature is not None
    assert signature.span == Span(len(plain), len(whole))
    assert signature.payload == Span(len(plain), len(plain) + 100)
    too_long = plain + b"S" * 100 + struct.pack(">BBBBB3xI", 0, 0, 2, 0, 0, 101) + magic
    for data in (plain, plain + magic, too_long, whole + b"\n"):
        assert module_signature(parse(data, "module")) is None


def test_gos_build_id_is_the_digest_of_the_file(made: Callable[..., ElfFile], part: type) -> None:
    """FindAndHash zeroes the ID wherever it stands, and GNU's ID behind the head of its note."""

    def program(content: str, gnu: bytes, text: bytes = b"aa/bb/cc/") -> ElfFile:
        whole = text + content.encode()
        notes = [
            part(".note.go.buildid", go_note(whole), type=7, alignment=4),
            part(".note.gnu.build-id", struct.pack("<III", 4, len(gnu), 3) + b"GNU\0" + gnu, type=7, alignment=4),
            part(".rodata", b"id " + whole),
        ]
        return made(notes)

    zeroed = program("x" * 20, bytes(20)).data.replace(b"aa/bb/cc/" + b"x" * 20, bytes(29))
    content = base64.urlsafe_b64encode(hashlib.sha256(zeroed).digest()[:15]).decode()
    assert is_as_built(program(content, b"g" * 20))
    assert not is_as_built(program("y" * 20, b"g" * 20))
    assert not is_as_built(made([]))
