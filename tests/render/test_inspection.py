import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from elfdiff.inspection.model import (
    EmbeddedDirectory,
    HardeningFact,
    Hazard,
    Inspection,
    NoteFact,
    Place,
    SbomFact,
)
from elfdiff.render.inspection import render_inspection, render_inspection_json
from elfdiff.render.style import TextStyle
from elfdiff.report import FileFormat, Location

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema" / "inspect-1.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def place(value: str, section: str | None = ".rodata", symbol: str | None = None) -> Place:
    return Place(section, 0x40, symbol, Location(0x2040, len(value), "file", value))


@pytest.fixture
def found() -> Inspection:
    path = place("/home/ci/build-1/src/ldo.c", symbol="luaD_throw")
    return Inspection(
        tool_version="0.1.0",
        path="build-1/app",
        size=18000,
        sha256="a" * 64,
        format=FileFormat(64, "little", "Advanced Micro Devices X86-64", "DYN"),
        stripped=False,
        toolchain=("GCC 12.2.0",),
        languages=("c",),
        build_id="edc1" * 10,
        build_id_kind="20 bytes, as sha1 has",
        interpreter="/lib64/ld-linux-x86-64.so.2",
        soname=None,
        needed=("libc.so.6", "libm.so.6"),
        run_path=(),
        notes=(NoteFact("GNU", 3, ".note.gnu.build-id", "edc1"),),
        directories=tuple(EmbeddedDirectory(f"/home/ci/{n}", "build", 41, path) for n in range(6)),
        times=(place("Nov 23 2026 01:29:37"),),
        identities=(place("ci@worker-7"),),
        sbom=SbomFact("present", "cargo-auditable", 50, "app 1.0.0", None),
        hardening=(HardeningFact("RELRO", "yes", "BIND_NOW"), HardeningFact("CET", "not-applicable", "no x86")),
        hazards=(
            Hazard(
                "path-file-macro",
                "build-path",
                "__FILE__ holds an absolute path",
                "shows",
                (path, place("/home/ci/build-1/src/lapi.c")),
                41,
                'add to CFLAGS and CXXFLAGS:  -ffile-prefix-map="$PWD"=.',
            ),
            Hazard(
                "build-id-content-hash",
                "content-hash",
                "the build ID is a hash",
                "hints",
                (place("edc1", None),),
                1,
                "add to LDFLAGS:  -Wl,--build-id=none",
                masks=True,
                note="debuggers lose the link to the symbols",
            ),
        ),
        warnings=(),
    )


def test_the_whole_text(found: Inspection) -> None:
    assert render_inspection(found, TextStyle()) == f"""\
elfdiff: INSPECTED  build-1/app: ELF64 little-endian Advanced Micro Devices X86-64 DYN, 18000 bytes;
  2 hazards

  sha256      {"a" * 64}
  build ID    {"edc1" * 10} (20 bytes, as sha1 has)
  stripped    no
  toolchain   GCC 12.2.0
  languages   c
  interpreter /lib64/ld-linux-x86-64.so.2
  needed      libc.so.6, libm.so.6
  directories /home/ci/0 (build, 41 texts)
              /home/ci/1 (build, 41 texts)
              /home/ci/2 (build, 41 texts)
              /home/ci/3 (build, 41 texts)
              2 more: elfdiff inspect -v
  times       Nov 23 2026 01:29:37
  who, where  ci@worker-7
  packages    50 packages of app 1.0.0 (cargo-auditable): elfdiff sbom
  hardening   RELRO yes

hazard[path-file-macro] shows: __FILE__ holds an absolute path
    41 places, in .rodata; first:
    .rodata+0x40  symbol luaD_throw
      /home/ci/build-1/src/ldo.c
    fix[build-path] removes: add to CFLAGS and CXXFLAGS:  -ffile-prefix-map="$PWD"=.

hazard[build-id-content-hash] hints: the build ID is a hash
    file+0x40
      edc1
    fix[content-hash] masks: add to LDFLAGS:  -Wl,--build-id=none
    debuggers lose the link to the symbols

elfdiff: result=inspected hazards=build-path,content-hash sbom=present exit=0
"""


def test_verbose_shows_all(found: Inspection) -> None:
    text = render_inspection(found, TextStyle(verbose=True))
    for more in ("/home/ci/5", "lapi.c", "GNU 0x3: edc1", "RELRO: yes; BIND_NOW", "CET: not-applicable; no x86"):
        assert more in text


def test_a_file_without_hazards(found: Inspection) -> None:
    bare = replace(found, hazards=(), sbom=SbomFact("absent", None, 0, None, None), build_id=None, build_id_kind=None)
    text = render_inspection(bare, TextStyle())
    assert "no known hazard" in text
    assert "  packages    no list\n" in text
    assert text.endswith("elfdiff: result=inspected hazards=- sbom=absent exit=0\n")


def test_json_is_valid(found: Inspection) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    VALIDATOR.validate(json.loads(render_inspection_json(found)))


def test_hostile_strings(found: Inspection) -> None:
    evil = "\x1b[2J\n\u202e\udcff"
    bad = place(evil, evil, evil)
    hostile = replace(
        found,
        path=evil,
        toolchain=(evil,),
        needed=(evil,),
        notes=(NoteFact(evil, 1, evil, evil),),
        directories=(EmbeddedDirectory(evil, "build", 1, bad),),
        times=(bad,),
        hazards=(replace(found.hazards[0], title=evil, places=(bad,), advice=evil, note=evil),),
        warnings=(evil,),
        sbom=SbomFact("malformed", None, 0, None, evil),
    )
    for style in (TextStyle(), TextStyle(verbose=True), TextStyle(ascii=True, width=40)):
        assert all(line.isprintable() for line in render_inspection(hostile, style).splitlines())
    text = render_inspection_json(hostile)
    assert text.isascii()
    VALIDATOR.validate(json.loads(text))


@pytest.mark.parametrize("width", [40, 80])
def test_width(found: Inspection, width: int) -> None:
    lines = render_inspection(found, TextStyle(width=width, verbose=True)).splitlines()
    assert [line for line in lines[:-1] if len(line) > width and "-Wl" not in line and "-ffile" not in line] == []
