"""Which tools signed, where, and in which order they are named."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from elfdiff.elf.file import ElfFile, parse
from elfdiff.payload.comment import Tool, toolchain


def comment(*texts: str) -> bytes:
    return b"".join(text.encode() + b"\0" for text in texts)


def note(owner: bytes, kind: int, description: bytes) -> bytes:
    return struct.pack("<III", len(owner), len(description), kind) + owner + description + bytes(-len(description) % 4)


def test_order_and_repeats(made: Callable[..., ElfFile], part: type) -> None:
    elf = made(
        [
            part(
                ".comment",
                b"\0" + comment("GCC: (Debian 12.2.0-14) 12.2.0", "Linker: LLD 1.2", "GCC: (Debian 12.2.0-14) 12.2.0"),
            ),
            part(".note.gnu.gold-version", note(b"GNU\0", 4, b"gold 1.16\0"), type=7, alignment=4),
        ]
    )
    assert toolchain(elf) == (
        Tool("gcc", "12.2.0", "GCC: (Debian 12.2.0-14) 12.2.0", "comment"),
        Tool("lld", "1.2", "Linker: LLD 1.2", "comment"),
        Tool("gold", "1.16", "gold 1.16", "note"),
    )
    assert toolchain(elf)[0].release == (12, 2, 0)


def test_two_packagings_of_one_version_are_two(made: Callable[..., ElfFile], part: type) -> None:
    texts = ("GCC: (Debian 12.2.0-14) 12.2.0", "GCC: (GNU) 12.2.0")
    elf = made([part(".comment", comment(*texts))])
    assert tuple(tool.text for tool in toolchain(elf)) == texts


def test_a_path_names_rustc_only_if_nothing_else_does(made: Callable[..., ElfFile], part: type) -> None:
    commit = "59807616e1fa2540724bfbac14d7976d7e4a3860"
    text = part(".rodata", f"x/rustc/{commit}/library/core/src/str.rs".encode(), flags=2)
    assert toolchain(made([text])) == (Tool("rustc", commit, f"/rustc/{commit}", "path"),)
    signed = made([text, part(".comment", comment("rustc version 1.95.0 (59807616e 2026-04-14)"))])
    assert [tool.origin for tool in toolchain(signed)] == ["comment"]


def test_go_build_info(made: Callable[..., ElfFile], part: type) -> None:
    info = b"\xff Go buildinf:\x08\x02".ljust(32, b"\0") + b"\x08go1.27.3" + b"\x04path"
    assert toolchain(made([part(".go.buildinfo", info, flags=2)])) == (Tool("go", "1.27.3", "go1.27.3", "build-info"),)
    for broken in (info[:33], info[:20], b"\xff Go buildinf:\x08\x00" + info[16:], b""):
        assert toolchain(made([part(".go.buildinfo", broken, flags=2)])) == ()


def test_nothing_signed(made: Callable[..., ElfFile]) -> None:
    assert toolchain(made([])) == ()


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        (("gcc",), {("gcc", "comment")}),
        (("gcc", "-fuse-ld=gold"), {("gcc", "comment"), ("gold", "note")}),
        (("gcc", "-fuse-ld=mold"), {("gcc", "comment"), ("mold", "comment")}),
        (("clang-14", "-fuse-ld=lld"), {("gcc", "comment"), ("clang", "comment"), ("lld", "comment")}),
    ],
)
def test_real_programs(build: Callable[..., Path], words: tuple[str, ...], kinds: set[tuple[str, str]]) -> None:
    path = build(*words)
    found = toolchain(parse(path.read_bytes(), str(path)))
    assert {(tool.kind, tool.origin) for tool in found} == kinds
    assert all(tool.release for tool in found)


def test_producer_where_there_is_no_comment(build: Callable[..., Path]) -> None:
    path = build("gcc", "-g", "-c", "-fno-ident")
    (tool,) = toolchain(parse(path.read_bytes(), str(path)))
    assert (tool.kind, tool.origin) == ("gcc", "producer")
    assert tool.text.startswith("GNU C17 ")
    assert " -" not in tool.text


def test_what_works_on_finished_files_is_no_linker(made: Callable[..., ElfFile], part: type) -> None:
    text = b"BOLT revision: 0, command line: llvm-bolt a -o b\0\0"
    note = struct.pack("<III", 4, len(text), 4) + b"GNU\0" + text + bytes(-len(text) % 4)
    assert toolchain(made([part(".note.bolt_info", note, type=7, alignment=4)])) == ()
    (tool,) = toolchain(made([part(".note.gnu.gold-version", note, type=7, alignment=4)]))
    assert tool.origin == "note"
