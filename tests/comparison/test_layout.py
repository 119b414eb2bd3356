"""A header that nothing confirms is no part of the layout, so it cannot excuse itself."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from elfdiff.comparison.image import Image
from elfdiff.comparison.references import headers
from elfdiff.comparison.references.layout import aligned, displaced_sections, trusted_sections, trusted_segments
from elfdiff.elf.file import parse


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    if shutil.which("gcc") is None:
        pytest.skip("needs gcc")
    folder = tmp_path_factory.mktemp("layout")
    (folder / "m.c").write_text('#include <stdio.h>\nint x[50];\nint main(void) { return puts("hello") + x[3]; }\n')
    subprocess.run(["gcc", "-g", "m.c", "-o", "m"], check=True, cwd=folder)
    return (folder / "m").read_bytes()


def changed(data, section, field, step):
    at = section.header_span.start + {"address": 16, "offset": 24, "size": 32}[field]
    value = int.from_bytes(data[at : at + 8], "little") + step
    return data[:at] + value.to_bytes(8, "little") + data[at + 8 :]


def test_what_a_linker_wrote_is_trusted(program):
    elf = parse(program, "m")
    assert trusted_sections(Image(elf)) == {s.index for s in elf.sections[1:]}
    assert trusted_segments(Image(elf)) == {s.index for s in elf.segments if s.type == 1}


@pytest.mark.parametrize(
    ("name", "field", "step"),
    [(".rodata", "address", 16), (".text", "offset", 8), (".dynsym", "size", 24), (".bss", "address", 4)],
)
def test_a_header_that_was_edited_is_not(program, name, field, step):
    section = parse(program, "m").section(name)
    elf = parse(changed(program, section, field, step), "m")
    assert section.index not in trusted_sections(Image(elf))


def test_alignment():
    assert [aligned(value, 8) for value in (0, 1, 8, 9)] == [0, 8, 8, 16]
    assert aligned(7, 0) == aligned(7, 1) == 7


def test_a_section_that_its_segment_contradicts_is_displaced(program):
    elf = parse(program, "m")
    assert displaced_sections(Image(elf)) == set()
    section = elf.section(".rodata")
    moved = parse(changed(program, section, "offset", 8), "m")
    assert displaced_sections(Image(moved)) == {section.index}


def test_sections_outvote_their_segment(program):
    """p_vaddr edited: the sections in it agree about where they are, so they stay part of the layout."""
    elf = parse(program, "m")
    home = next(s for s in elf.segments if s.type == 1 and s.flags & 1)
    at = home.header_span.start + 16
    data = program[:at] + (home.virtual_address + 16).to_bytes(8, "little") + program[at + 8 :]
    image = Image(parse(data, "m"))
    assert home.index not in trusted_segments(image)
    assert elf.section(".text").index in trusted_sections(image)
    assert displaced_sections(image) == set()


def test_what_go_does_not_load_begins_on_a_page_of_its_own(tmp_path):
    go = shutil.which("go")
    if go is None:
        pytest.skip("no go on PATH")
    (tmp_path / "m.go").write_text("package main\n\nfunc main() { println(1) }\n")
    for flags in ([], ["-ldflags=-s -w"]):
        subprocess.run([go, "build", *flags, "-o", "m", "m.go"], check=True, cwd=tmp_path, timeout=300)
        elf = parse((tmp_path / "m").read_bytes(), "m")
        assert trusted_sections(Image(elf)) == {s.index for s in elf.sections[1:]}
        section = next(s for s in elf.sections[1:] if not s.is_allocated)
        for step in (-8, -4096):
            moved = parse(changed(elf.data, section, "offset", step), "m")
            assert section.index not in trusted_sections(Image(moved))


def test_a_damaged_offset_of_64_bits_is_a_place_like_any_other(make, part):
    """e_phoff of a file without program headers may hold anything."""
    data = bytearray(make([part(".text", b"\x90" * 16, flags=6, address=0x1000)]))
    data[32:40] = b"\xff" * 8
    data[56:58] = bytes(2)
    found = {f.what: f.target.tolist() for f in headers.fields(Image(parse(bytes(data), "a")))}
    assert found["program header offset"] == [-1]
