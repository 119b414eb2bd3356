"""Files of one build ID, one of which was changed since; built by a real linker."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence.buildids import extract
from elfdiff.evidence.model import ChangedAfterLink, Evidence, ForeignBuildId, SectionHole, SymbolsAlone


@pytest.fixture
def program(build: Callable[..., Path]) -> bytes:
    if shutil.which("ld.bfd") is None:
        pytest.skip("needs ld.bfd")
    return build("gcc", "-g", "-fuse-ld=bfd", "-Wl,--build-id=sha1").read_bytes()


def facts(a: bytes, b: bytes) -> list[Evidence]:
    return list(extract(compare(parse(a, "a"), parse(b, "b"))))


def test_the_changed_side_and_what_was_rewritten(program: bytes) -> None:
    section = parse(program, "program").section(".debug_str")
    assert section is not None
    edited = bytearray(program)
    edited[section.offset] ^= 1
    first, second = facts(program, bytes(edited)), facts(bytes(edited), program)
    assert [item.side for item in (first[0], second[0])] == ["b", "a"]
    assert [item.differing for item in (first[0], second[0])] == [1, 1]
    assert [item.name for item in first[1:]] == [".debug_str"]


def test_code_is_nothing_that_a_tool_is_said_to_have_written(program: bytes) -> None:
    section = parse(program, "program").section(".text")
    assert section is not None
    edited = bytearray(program)
    edited[section.offset + 40] ^= 1
    (change,) = facts(program, bytes(edited))
    assert isinstance(change, ChangedAfterLink)
    held = [span for pair in change.spans for span in pair if span is not None]
    assert not any(span.start <= section.offset + 40 < span.end for span in held)


def test_symbols_are_no_part_of_the_digest(program: bytes, tmp_path: Path) -> None:
    section = parse(program, "program").section(".strtab")
    assert section is not None
    edited = bytearray(program)
    edited[section.offset + 1] ^= 1
    assert [type(fact) for fact in facts(program, bytes(edited))] == [SymbolsAlone]


def test_an_id_without_its_section_header_stands_where_it_stood(program: bytes) -> None:
    edited = bytearray(program)
    edited[40:48] = bytes(8)
    edited[58:64] = bytes(6)
    (change, *_) = facts(program, bytes(edited))
    assert isinstance(change, ChangedAfterLink)
    assert change.side == "b"


def test_an_id_that_was_edited_is_no_digest(program: bytes) -> None:
    note = next(note for note in parse(program, "program").notes if note.owner == "GNU" and note.type == 3)
    edited = bytearray(program)
    edited[note.description_span.start + 3] ^= 1
    assert [(type(fact), fact.side) for fact in facts(program, bytes(edited))] == [(ForeignBuildId, "b")]


def test_of_two_changed_files_neither_is_the_changed_one(program: bytes, tmp_path: Path) -> None:
    if shutil.which("strip") is None:
        pytest.skip("needs strip")
    (tmp_path / "whole").write_bytes(program)
    subprocess.run(["strip", "-o", "bare", "whole"], cwd=tmp_path, check=True)
    subprocess.run(["strip", "-g", "-R", ".comment", "-o", "half", "whole"], cwd=tmp_path, check=True)
    (change, *_) = facts((tmp_path / "bare").read_bytes(), (tmp_path / "half").read_bytes())
    assert isinstance(change, ChangedAfterLink)
    assert change.side == ""


def test_an_id_given_by_hand_says_nothing_of_other_programs(build: Callable[..., Path]) -> None:
    given = "-Wl,--build-id=0x" + "ab" * 20
    plain = build("gcc", "-g", given)
    for flags in (("-g", "-O2"), ("-g", "-DOTHER=2", "-gdwarf-4"), ("-O1",), ("-g", "-fdebug-prefix-map=/=/else/")):
        other = build("gcc", *flags, given)
        assert facts(plain.read_bytes(), other.read_bytes()) == []


def test_a_section_that_was_taken_out_leaves_a_hole(program: bytes, build: Callable[..., Path], tmp_path: Path) -> None:
    if shutil.which("objcopy") is None:
        pytest.skip("needs objcopy")
    (tmp_path / "whole").write_bytes(program)
    subprocess.run(["objcopy", "-R", ".note.gnu.build-id", "whole", "without"], cwd=tmp_path, check=True)
    (hole,) = facts(program, (tmp_path / "without").read_bytes())
    assert isinstance(hole, SectionHole)
    assert (hole.name, hole.side) == (".note.gnu.build-id", "b")
    unasked = build("gcc", "-g", "-fuse-ld=bfd", "-Wl,--build-id=none")
    assert facts(program, unasked.read_bytes()) == []


@pytest.mark.parametrize("linker", ["lld", "mold", "gold"])
def test_two_linkers_leave_no_holes(build: Callable[..., Path], linker: str) -> None:
    programs = [build("gcc", "-g", f"-fuse-ld={name}") for name in ("bfd", linker)]
    assert facts(*(program.read_bytes() for program in programs)) == []
