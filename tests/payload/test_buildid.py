"""Build IDs that are the digest of their file, and files that were changed since."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from elfdiff.elf.file import ElfFile, parse
from elfdiff.payload.buildid import is_as_linked


def of(path: Path) -> bool:
    return is_as_linked(parse(path.read_bytes(), str(path)))


@pytest.mark.parametrize("style", ["sha1", "md5"])
def test_what_gnu_ld_wrote_and_what_was_changed_since(build: Callable[..., Path], tmp_path: Path, style: str) -> None:
    for tool in ("ld.bfd", "strip", "objcopy"):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")
    program = build("gcc", "-g", "-fuse-ld=bfd", f"-Wl,--build-id={style}")
    assert of(program)
    changed = tmp_path / "changed"
    for command in (["strip", "-o", changed, program], ["objcopy", "-R", ".comment", program, changed]):
        subprocess.run(command, check=True)
        assert not of(changed)
    data = bytearray(program.read_bytes())
    text = parse(bytes(data), "program").section(".text")
    assert text is not None
    data[text.offset + text.size // 2] ^= 1
    assert not is_as_linked(parse(bytes(data), "one bit"))


def test_an_id_that_no_digest_gives(made: Callable[..., ElfFile], part: type) -> None:
    note = b"\4\0\0\0\x14\0\0\0\3\0\0\0GNU\0"
    for length, size in ((20, 20), (8, 8)):
        raw = note[:4] + bytes([size]) + note[5:] + b"i" * length
        assert not is_as_linked(made([part(".note.gnu.build-id", raw, type=7, flags=2, alignment=4)]))
    assert not is_as_linked(made([]))
