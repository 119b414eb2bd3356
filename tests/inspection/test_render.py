"""The text and JSON of an inspection."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from elfdiff.cli.main import main
from elfdiff.errors import ElfdiffError
from elfdiff.inspection.model import Inspection
from elfdiff.inspection.read import inspect_bytes
from elfdiff.render.inspection import render_json, render_text
from elfdiff.render.style import TextStyle

Inspected = Callable[..., Inspection]
SCHEMAS = Path(__file__).parents[2] / "elfdiff" / "schema"

BUSY = {
    ".rodata": b"\0".join(
        [
            b"/home/ci/build-1/src/ldo.c",
            b"Nov 23 2026 01:29:37",
            b"compiled by joe@buildbox at 2026-11-23T01:29:37Z",
            b"/home/ci/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/memchr-2.7.4/src/lib.rs",
            b"v1.2-3-gabcdef0-dirty",
            b"/tmp/go-build123456789/b001/main.c",
            b"object at 0x7f3a91c04d20",
            b"CMAKE_SYSTEM Linux-5.10.0-21-amd64",
            b"-O2 -ffile-prefix-map=/build/vim-9.0=. -Wall",
            b"/home/ci/app/main.gcda",
            b"",
        ]
    )
}


def test_the_last_line_is_for_grep(inspected: Inspected) -> None:
    text = render_text(inspected({".rodata": b"/home/ci/build-1/src/ldo.c\0"}), TextStyle())
    assert text.splitlines()[-1] == "elfdiff: inspect=made/by/hand hazards=path-file-macro sbom=absent"
    clean = render_text(inspected({".rodata": b"hello\0"}), TextStyle())
    assert clean.splitlines()[-1] == "elfdiff: inspect=made/by/hand hazards=- sbom=absent"
    quiet = render_text(inspected({".rodata": b"hello\0"}), TextStyle(), quiet=True)
    assert quiet == "elfdiff: inspect=made/by/hand hazards=- sbom=absent\n"


def test_a_hazard_has_its_place_and_its_fix(inspected: Inspected) -> None:
    lines = render_text(inspected({".rodata": b"/home/ci/build-1/src/ldo.c\0"}), TextStyle()).splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("hazard[path-file-macro] shows: "))
    assert lines[at + 1] == "    .rodata+0x0  /home/ci/build-1/src/ldo.c"
    assert lines[at + 2] == "    fix[build-path] removes:"
    assert lines[at + 3].startswith('        export CFLAGS="$CFLAGS -ffile-prefix-map=')


def test_many_hazards_stay_within_a_screen_and_a_half(inspected: Inspected) -> None:
    found = inspected(BUSY)
    assert len(found.hazards) > 9
    lines = render_text(found, TextStyle()).splitlines()
    assert len(lines) <= 55
    assert all(f"hazard[{hazard.face}]" in "\n".join(lines) for hazard in found.hazards)


@pytest.mark.parametrize("width", [40, 80, 100])
def test_lines_keep_to_the_width_but_for_what_is_pasted(inspected: Inspected, width: int) -> None:
    for line in render_text(inspected(BUSY), TextStyle(width=width)).splitlines()[:-1]:
        assert len(line) <= width or "--" in line or "=" in line or "-f" in line or "-u" in line, line


def test_hostile_texts_are_escaped(elf: Callable[..., bytes]) -> None:
    data = elf({".rodata": b"built 2026-11-23T01:29:37Z by \xe2\x80\xae\x1b[31mjoe@box\0", ".evil\x1b[2J": b"x"})
    found = inspect_bytes(data, "dir/\x1b[31mname\n")
    for text in (render_text(found, TextStyle(verbose=True)), render_json(found)):
        assert not any(ord(char) < 32 and char != "\n" for char in text)
        assert "\u202e" not in text
        assert "\n" not in text.splitlines()[-1]
    assert render_text(found, TextStyle(ascii=True, verbose=True)).isascii()


def test_json_keeps_to_its_schema(inspected: Inspected, make_note: Callable[..., bytes]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "inspect-1.json").read_text()))
    sections = {**BUSY, ".note.gnu.build-id": make_note(b"GNU", 3, bytes(16)), ".dep-v0": b"no zlib stream"}
    for found in (inspected(sections), inspected({})):
        value: dict[str, Any] = json.loads(render_json(found))
        validator.validate(value)
        assert value["schema"] == "elfdiff/inspect/1"
    assert json.loads(render_json(inspected(sections)))["sbom"]["state"] == "malformed"


def test_the_json_of_a_package_keeps_to_its_schema(
    elf: Callable[..., bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "inspect-tree-1.json").read_text()))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "app").write_bytes(elf({".rodata": b"/home/ci/build-1/src/ldo.c\0"}))
    (tmp_path / "bin" / "broken\n").write_bytes(b"\x7fELF")
    (tmp_path / "readme").write_text("text")
    assert main(["inspect", "-f", "json", str(tmp_path)]) == 2
    value = json.loads(capsys.readouterr().out)
    validator.validate(value)
    assert value["schema"] == "elfdiff/inspect-tree/1"
    assert [item["file"]["path"] for item in value["inspections"]] == ["bin/app"]
    assert len(value["problems"]) == 1


def test_the_command(elf: Callable[..., bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "app"
    path.write_bytes(elf({".rodata": b"/home/ci/build-1/src/ldo.c\0"}))
    assert main(["inspect", str(path)]) == 0
    assert capsys.readouterr().out.endswith(f"elfdiff: inspect={path} hazards=path-file-macro sbom=absent\n")
    assert main(["inspect", "-f", "json", str(path)]) == 0
    assert json.loads(capsys.readouterr().out)["hazards"][0]["face"] == "path-file-macro"
    path.write_bytes(b"\x7fELF")
    assert main(["inspect", str(path)]) == 2
    assert capsys.readouterr().err.startswith("elfdiff: error: ")


def test_damaged_files_end_in_an_error_or_a_text(elf: Callable[..., bytes]) -> None:
    """Every byte of the header and of the section table in turn, at its extremes."""
    data = elf({".rodata": b"/home/ci/build-1/src/ldo.c\0", ".comment": b"GCC: (GNU) 12.2.0\0"})
    for offset in (*range(64), *range(len(data) - 256, len(data))):
        for value in (0, 255):
            broken = data[:offset] + bytes([value]) + data[offset + 1 :]
            with suppress(ElfdiffError):
                last = render_text(inspect_bytes(broken, "broken"), TextStyle()).splitlines()[-1]
                assert last.startswith("elfdiff: inspect=broken hazards=")
