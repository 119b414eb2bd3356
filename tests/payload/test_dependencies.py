"""Every way in which a file may carry a dependency list, or only seem to."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from elfdiff.payload.dependencies import DependencyList, Package, Source, State, read_dependencies

ONE = {"packages": [{"name": "app", "version": "1.0.0", "source": "local", "root": True}], "format": 1}
OTHER = {"packages": [{"name": "evil", "version": "6.6.6", "source": "local", "root": True}], "format": 1}

Carry = Callable[..., bytes]


def packed(document: Any) -> bytes:
    return zlib.compress(document if isinstance(document, bytes) else json.dumps(document).encode())


@pytest.fixture
def carry(make: Any, part: Any) -> Carry:
    """An ELF file with a ``.dep-v0`` section of these bytes, and whatever the section header should say instead."""

    def build(content: bytes, **header: Any) -> bytes:
        options = {key: header.pop(key) for key in ("elf_class", "order", "table", "tail") if key in header}
        data: bytes = make([part(".text", b"\xc3" * 16), part(".dep-v0", content, **header)], **options)
        return data

    return build


def read(data: bytes) -> DependencyList:
    start = time.process_time()
    found = read_dependencies(data, "app")
    assert time.process_time() - start < 2
    return found


def package(**fields: Any) -> dict[str, Any]:
    return {"name": "a", "version": "1.0.0", "source": "crates.io", **fields}


@pytest.mark.parametrize("elf_class", [32, 64])
@pytest.mark.parametrize("order", ["little", "big"])
def test_list_of_every_elf_class_and_byte_order(carry: Carry, elf_class: int, order: str) -> None:
    found = read(carry(packed(ONE), elf_class=elf_class, order=order))
    assert found.state is State.PRESENT
    assert found.source is Source.CARGO_AUDITABLE
    assert found.format == 1
    assert found.packages == (Package("app", "1.0.0", "local", "runtime", True),)
    assert found.warnings == ()
    assert found.container == "elf"


def test_no_list_is_absent(make: Any, part: Any) -> None:
    found = read(make([part(".text", b"\xc3")]))
    assert (found.state, found.source, found.packages, found.warnings) == (State.ABSENT, None, (), ())


def test_removed_section_names_are_told(carry: Carry) -> None:
    found = read(carry(packed(ONE), table=False))
    assert found.state is State.ABSENT
    assert found.warnings == ("it has no section names, so a .dep-v0 section would not be found",)


@pytest.mark.parametrize("data", [b"", b"#!/bin/sh\n", b"\x7fEL", b"\0asm\1\0\0\0"])
def test_other_files_are_no_carriers(data: bytes) -> None:
    found = read(data)
    assert found.state is State.MALFORMED
    assert found.problem == "it is no ELF, PE or Mach-O file"


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ({"type": 8}, "no bytes in the file"),
        ({"size": 1 << 40}, "runs past the end"),
        ({"offset": 1 << 40}, "runs past the end"),
        ({"offset": (1 << 64) - 1}, "runs past the end"),
        ({"flags": 0x800}, "compressed section"),
    ],
)
def test_section_header_that_lies(carry: Carry, header: dict[str, int], words: str) -> None:
    found = read(carry(packed(ONE), **header))
    assert found.state is State.MALFORMED
    assert found.problem is not None
    assert words in found.problem


def test_two_different_sections_are_refused(make: Any, part: Any) -> None:
    """cargo-audit and Syft take the first, pyelftools the last: choosing either would let the other hide."""
    data = make([part(".dep-v0", packed(ONE)), part(".dep-v0", packed(OTHER))])
    found = read(data)
    assert found.state is State.MALFORMED
    assert found.problem is not None
    assert "2 times with different contents" in found.problem
    assert found.packages == ()


def test_two_equal_sections_are_one_list_and_a_warning(make: Any, part: Any) -> None:
    found = read(make([part(".dep-v0", packed(ONE)), part(".dep-v0", packed(ONE))]))
    assert [item.name for item in found.packages] == ["app"]
    assert found.warnings == ("2 sections are named .dep-v0; their contents are equal",)


def test_second_section_that_lies_is_not_skipped(make: Any, part: Any) -> None:
    found = read(make([part(".dep-v0", packed(ONE)), part(".dep-v0", packed(ONE), type=8)]))
    assert found.state is State.MALFORMED


def test_longer_names_are_other_sections(make: Any, part: Any) -> None:
    found = read(make([part(".dep-v01", packed(ONE)), part(".rela.dep-v0", packed(ONE))]))
    assert found.state is State.ABSENT


def test_second_stream_is_reported_and_kept_apart(carry: Carry) -> None:
    found = read(carry(packed(ONE) + b"\0\0\0" + packed(OTHER) + b"\0"))
    assert [item.name for item in found.packages] == ["app"]
    assert [[item.name for item in rest] for rest in found.further] == [["evil"]]
    assert found.warnings == ("list 2 of 2 in .dep-v0 has 1 packages, of evil 6.6.6; scanners read only list 1",)


def test_many_streams_are_refused(carry: Carry) -> None:
    found = read(carry(packed(ONE) * 20_000))
    assert found.state is State.MALFORMED
    assert "more than 64" in str(found.problem)


def test_streams_share_one_limit(carry: Carry) -> None:
    found = read(carry(packed(b" " * (5 << 20)) + packed(b" " * (5 << 20))))
    assert "more than 8388608 bytes" in str(found.problem)


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        (packed(b" " * ((8 << 20) + 1)), "more than 8388608 bytes"),
        (packed(ONE)[:-6], "cut off"),
        (packed(ONE)[:-4] + b"\1\2\3\4", "cannot be inflated"),
        (packed(ONE)[2:-4], "not zlib data"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\3" + packed(ONE)[2:-4], "not zlib data"),
        (json.dumps(ONE).encode(), "not zlib data"),
        (b"", "is empty"),
        (bytes(64), "is empty"),
        (b"x", "not zlib data"),
        (b"\x78\x9c", "cut off"),
    ],
)
def test_compression_that_is_not_as_promised(carry: Carry, stored: bytes, words: str) -> None:
    found = read(carry(stored))
    assert found.state is State.MALFORMED
    assert words in str(found.problem)


def test_trailing_zeros_are_padding(carry: Carry) -> None:
    found = read(carry(packed(ONE) + bytes(4096)))
    assert found.state is State.PRESENT
    assert found.warnings == ()


def test_trailing_rubbish_is_reported(carry: Carry) -> None:
    found = read(carry(packed(ONE) + b"rubbish"))
    assert found.state is State.PRESENT
    assert found.warnings == ("7 bytes after the list in .dep-v0 are no zlib stream",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xef\xbb\xbf" + json.dumps(ONE).encode(), "byte order mark"),
        (json.dumps(ONE).encode("utf-16"), "not UTF-8"),
        (json.dumps(ONE).encode("utf-16-le"), "not JSON"),
        (b'{"packages":[{"name":"\xff"}]}', "not UTF-8 (byte 22)"),
        (b'{"packages":[{"name":"\xed\xa0\x80"}]}', "not UTF-8"),
        (b'{"packages":[{"name":"\\ud800","version":"1.0.0","source":"git"}]}', "surrogate"),
        (b'{"packages":[{"name":"a\nb","version":"1.0.0","source":"git"}]}', "not JSON"),
        (b"[" * 65 + b"]" * 65, "nested more than 64 deep"),
        (b'{"packages":' + b'{"a":' * 64, "nested more than 64 deep"),
        (b"[" * 64 + b"]" * 64, "is not a JSON object"),
        (b'{"packages":[],"packages":[]}', "key 'packages' twice"),
        (b'{"packages":[],"x":{"y":1,"y":2}}', "key 'y' twice"),
        (b'{"packages":[],"x":NaN}', "NaN"),
        (b'{"packages":[],"x":-Infinity}', "-Infinity"),
        (b'{"packages":[],"format":' + b"9" * 5000 + b"}", "too long"),
        (b'{"packages":[]} {}', "not JSON"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b"{}", "no packages"),
        (b'{"packages":null}', "no list"),
        (b'{"packages":{}}', "no list"),
        (b'{"packages":[1]}', "no object"),
    ],
)
def test_text_that_is_no_list(carry: Carry, content: bytes, words: str) -> None:
    found = read(carry(packed(content)))
    assert found.state is State.MALFORMED
    assert words in str(found.problem)
    assert found.source is Source.CARGO_AUDITABLE


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"version": "1.0"}, "no semantic version"),
        ({"version": "01.0.0"}, "no semantic version"),
        ({"version": "1.0.0-01"}, "no semantic version"),
        ({"version": "99999999999999999999.0.0"}, "no semantic version"),
        ({"version": "٣.0.0"}, "no semantic version"),
        ({"version": 1}, "non-text version"),
        ({"name": ""}, "without a name"),
        ({"name": None}, "non-text name"),
        ({"source": ["git"]}, "non-text source"),
        ({"kind": None}, "neither runtime nor build"),
        ({"kind": "dev"}, "neither runtime nor build"),
        ({"kind": ["build"]}, "neither runtime nor build"),
        ({"root": 1}, "neither true nor false"),
        ({"root": None}, "neither true nor false"),
        ({"dependencies": None}, "no list"),
        ({"dependencies": {"0": 0}}, "no list"),
        ({"dependencies": [True]}, "no whole number"),
        ({"dependencies": [0.0]}, "no whole number"),
        ({"dependencies": ["0"]}, "no whole number"),
        ({"dependencies": [-1]}, "dependency -1; the list has 1"),
        ({"dependencies": [1]}, "dependency 1; the list has 1"),
        ({"dependencies": [10**30]}, "beyond 64 bits"),
    ],
)
def test_fields_of_a_wrong_kind(carry: Carry, fields: dict[str, Any], words: str) -> None:
    found = read(carry(packed({"packages": [package(**fields)]})))
    assert found.state is State.MALFORMED
    assert words in str(found.problem)


@pytest.mark.parametrize("missing", ["name", "version", "source"])
def test_missing_fields(carry: Carry, missing: str) -> None:
    one = package()
    del one[missing]
    assert f"no {missing}" in str(read(carry(packed({"packages": [one]}))).problem)


@pytest.mark.parametrize("value", [-1, 1 << 32, True, 1.0, "1", None])
def test_format_that_is_no_number(carry: Carry, value: Any) -> None:
    found = read(carry(packed({"packages": [], "format": value})))
    assert "unsigned 32-bit" in str(found.problem)


@pytest.mark.parametrize(("written", "read_as"), [(0, 0), (1, 1), (7, 1), (8, 8), (9, 8), ((1 << 32) - 1, 8)])
def test_unknown_format_is_read_as_the_known_one_below(carry: Carry, written: int, read_as: int) -> None:
    found = read(carry(packed({"packages": [package(root=True)], "format": written})))
    assert found.format == read_as
    expected = () if written == read_as else (f"format {written} is unknown and read as format {read_as}",)
    assert found.warnings == expected


def test_absent_format_is_0_and_unknown_fields_are_ignored(carry: Carry) -> None:
    found = read(carry(packed({"packages": [package(root=True, features=["x"])], "toolchain": {"rustc": "1"}})))
    assert found.format == 0
    assert [item.name for item in found.packages] == ["a"]


@pytest.mark.parametrize(
    ("packages", "warnings"),
    [
        ([package()], ["no package is marked as root"]),
        ([package(root=True), package(name="b", root=True)], ["2 packages are marked as root"]),
        ([package(root=True, dependencies=[0])], ["1 packages depend on themselves"]),
        (
            [package(root=True, dependencies=[1]), package(name="b", dependencies=[0]), package(name="c")],
            ["the dependency graph has a cycle; 2 packages are on one or need one"],
        ),
        (
            [package(root=True, dependencies=[1, 1, 1]), package(name="b")],
            ["2 dependency indices are repeated; each edge is kept once"],
        ),
        (
            [package(root=True), package()],
            ["1 packages repeat the name, version and source of another"],
        ),
        ([package(root=True), package(source="git")], []),
        ([], []),
    ],
)
def test_odd_graphs_are_read_and_told(carry: Carry, packages: list[dict[str, Any]], warnings: list[str]) -> None:
    found = read(carry(packed({"packages": packages, "format": 1})))
    assert found.state is State.PRESENT
    assert list(found.warnings) == warnings
    assert len(found.packages) == len(packages)


def test_long_chain(carry: Carry) -> None:
    chain = [package(name=f"c{index}", dependencies=[index + 1]) for index in range(999)] + [package(name="end")]
    chain[0]["root"] = True
    found = read(carry(packed({"packages": chain, "format": 1})))
    assert (found.edge_count, found.warnings) == (999, ())


def test_many_edges(carry: Carry) -> None:
    """Half of the packages need each of the others, which need none."""
    leaves = [package(name=f"c{index}") for index in range(150)]
    users = [package(name=f"d{index}", dependencies=list(range(150))) for index in range(150)]
    users[-1]["root"] = True
    found = read(carry(packed({"packages": leaves + users, "format": 1})))
    assert (found.edge_count, found.warnings) == (150 * 150, ())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data[:40], "header is cut off"),
        (lambda data: data[:4] + b"\3" + data[5:], "no class and byte order"),
        (lambda data: data[:-10], "runs past the end"),
        (lambda data: data[:40] + b"\xff" * 8 + data[48:], "lies outside the file"),
        (lambda data: data[:58] + b"\x39\0" + data[60:], "57 bytes each"),
        (lambda data: data[:62] + b"\x77\x77" + data[64:], "section 30583 of"),
    ],
)
def test_elf_tables_that_lie(carry: Carry, change: Callable[[bytes], bytes], words: str) -> None:
    found = read(change(carry(packed(ONE))))
    assert found.state is State.MALFORMED
    assert words in str(found.problem)


def test_malformed_list_is_never_replaced_by_another_source(make: Any, part: Any) -> None:
    data = make(
        [part(".dep-v0", b"broken"), part(".rodata", b"/cargo/registry/src/github.com-1ecc6299db9ec823/a-1.0.0/x")]
    )
    found = read_dependencies(data, "app", recover=True)
    assert (found.state, found.source, found.packages) == (State.MALFORMED, Source.CARGO_AUDITABLE, ())


PATHS = (
    b"/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/serde_json-1.0.151/src/de.rs\0"
    b"C:\\u\\.cargo\\registry\\src\\index.crates.io-6f17d22bba15001f\\sha-1-0.10.0\\src\\lib.rs\0"
    b"/cargo/registry/src/mirror.example.org-0123456789abcdef/own-2.0.0-rc.1+b.5/src/lib.rs\0"
    b"/cargo/registry/src/index.crates.io-1949cf8c6b5b557f/serde_json-1.0.151/src/ser.rs\0"
    b"/cargo/registry/src/index.crates.io-1949cf8c6b5b557f/noversion/src/lib.rs\0"
    b"/cargo/registry/src/index.crates.io-1949cf8c6b5b557f/short-1.0/src/lib.rs\0"
)


def test_recovery_names_the_crates_of_panic_paths_and_says_that_they_are_a_part(make: Any, part: Any) -> None:
    data = make([part(".rodata", PATHS)])
    assert read_dependencies(data, "app").state is State.ABSENT
    found = read_dependencies(data, "app", recover=True)
    assert (found.state, found.source, found.partial) == (State.PRESENT, Source.RECOVERED, True)
    assert [item.identity for item in found.packages] == [
        ("own", "2.0.0-rc.1+b.5", "registry"),
        ("serde_json", "1.0.151", "crates.io"),
        ("sha-1", "0.10.0", "crates.io"),
    ]
    assert found.warnings == ("recovered from panic paths: crates that never panic by path are missing",)


def test_recovery_beside_a_list_tells_what_the_list_leaves_out(make: Any, part: Any) -> None:
    found = read_dependencies(make([part(".dep-v0", packed(ONE)), part(".rodata", PATHS)]), "app", recover=True)
    assert not found.partial
    assert [item.name for item in found.packages] == ["app"]
    assert found.warnings == (
        "panic paths name crates that the list lacks: own 2.0.0-rc.1+b.5, serde_json 1.0.151, sha-1 0.10.0",
    )


def test_recovery_is_linear(make: Any, part: Any) -> None:
    start = time.process_time()
    read_dependencies(make([part(".rodata", b"/registry/src/" + b"a-" * 2_000_000)]), "app", recover=True)
    read_dependencies(make([part(".rodata", b"registry/src/" * 300_000)]), "app", recover=True)
    assert time.process_time() - start < 2


def go(make: Any, part: Any, text: str) -> DependencyList:
    """What is read of a Go program with these lines of build information."""
    body = bytes(16) + text.encode() + bytes(16)
    size = bytes([len(body) & 0x7F | 0x80, len(body) >> 7])
    data = make([part(".go.buildinfo", b"\xff Go buildinf:\x08\x02" + bytes(16) + b"\x08go1.22.1" + size + body)])
    return read_dependencies(data, "app")


def test_a_go_program_without_modules_has_a_partial_list(make: Any, part: Any) -> None:
    found = go(
        make, part, "path\tcommand-line-arguments\nbuild\t-compiler=gc\nbuild\tCGO_ENABLED=0\nbuild\tGOOS=linux\n"
    )
    assert found.partial
    assert any("no module" in warning for warning in found.warnings)
    whole = go(
        make, part, "path\texample.org/app\nmod\texample.org/app\t(devel)\t\nbuild\t-compiler=gc\nbuild\tGOOS=linux\n"
    )
    assert not whole.partial
    assert whole.warnings == ()


@pytest.mark.parametrize(
    ("flags", "stated"),
    [
        ("-s -X main.version=1.2.3 -X main.date=2026", ("main.version", "1.2.3")),
        (
            "-X 'example.org/a/internal/build.appVersion=v2.0.0-rc1'",
            ("example.org/a/internal/build.appVersion", "v2.0.0-rc1"),
        ),
        ("-X main.commit=0123abc", None),
        ("-s -w", None),
    ],
)
def test_a_version_that_the_linker_was_given(make: Any, part: Any, flags: str, stated: Any) -> None:
    found = go(
        make, part, f'path\tx\nmod\texample.org/app\t(devel)\t\nbuild\t-ldflags="{flags}"\n' + "build\tGOOS=linux\n" * 3
    )
    assert found.stated_version == stated
