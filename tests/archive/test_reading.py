"""Headers, names and limits of archives."""

import shutil
import subprocess

import pytest

from elfdiff.archive import reading
from elfdiff.archive.index import read_index
from elfdiff.archive.model import MemberKind
from elfdiff.archive.reading import is_archive, parse_archive
from elfdiff.errors import LimitExceeded, MalformedArchive
from elfdiff.span import Span

LONG = "a_name_of_more_than_fifteen_bytes.o"


def test_every_field_has_its_place(archive, file):
    data = archive([file("x.o", b"abc", time="1772366400", uid="1000", gid="100", mode="100664")])
    member = parse_archive(data, "t").members[0]
    assert member.header == Span(8, 68)
    assert member.data == Span(68, 71)
    assert member.end == 72
    values = {name: data[slice(member.field_span(name).start, member.field_span(name).end)] for name in reading_fields}
    assert values == {
        "name": b"x.o/            ",
        "time": b"1772366400  ",
        "uid": b"1000  ",
        "gid": b"100   ",
        "mode": b"100664  ",
        "size": b"3         ",
        "end": b"`\n",
    }


reading_fields = ("name", "time", "uid", "gid", "mode", "size", "end")


@pytest.mark.parametrize("style", ["gnu", "bsd"])
def test_long_names_point_at_their_bytes(archive, file, style):
    data = archive([file("x.o", b"1"), file(LONG, b"22")], style=style)
    parsed = parse_archive(data, "t")
    assert [m.name for m in parsed.members] == [b"x.o", LONG.encode()]
    for member in parsed.members:
        assert data[member.name_span.start : member.name_span.end] == member.name
    assert [parsed.content(m) for m in parsed.members] == [b"1", b"22"]


def test_members_of_a_thin_archive_have_no_bytes(archive, file):
    parsed = parse_archive(archive([file("dir/x.o", b"abc"), file("dir/y.o", b"d")], thin=True), "t")
    assert [(m.name, m.data, m.declared) for m in parsed.members] == [(b"dir/x.o", None, 3), (b"dir/y.o", None, 1)]


def test_one_name_may_come_twice(archive, file):
    parsed = parse_archive(archive([file("x.o", b"1"), file("x.o", b"2")]), "t")
    assert [(m.name, parsed.content(m)) for m in parsed.members] == [(b"x.o", b"1"), (b"x.o", b"2")]


@pytest.mark.parametrize("wide", [False, True])
def test_index_knows_members_by_their_headers(archive, file, wide):
    data = archive([file("x.o", b"1"), file("y.o", b"2")], [("f", 0), ("g", 1), ("h", 1)], wide=wide)
    parsed = parse_archive(data, "t")
    index = read_index(parsed)
    first, second = (m.header.start for m in parsed.members)
    assert index.by_member == {first: [b"f"], second: [b"g", b"h"]}
    assert parsed.data[index.name_span(2).start : index.name_span(2).end] == b"h\0"
    offset = index.offset_span(1)
    assert int.from_bytes(parsed.data[offset.start : offset.end], "big") == second


def test_an_index_that_contradicts_itself_is_none(archive, file):
    data = bytearray(archive([file("x.o", b"1")], [("f", 0)]))
    assert read_index(parse_archive(bytes(data), "t")) is not None
    data[68:72] = b"\xff\xff\xff\xff"
    assert read_index(parse_archive(bytes(data), "t")) is None


def test_fewer_bytes_than_a_header_are_the_tail(archive, file):
    data = archive([file("x.o", b"12")], tail=b"junk")
    assert parse_archive(data, "t").tail == Span(len(data) - 4, len(data))


def test_missing_padding_at_the_end_is_no_error(archive, file):
    data = archive([file("x.o", b"1")]).removesuffix(b"\n")
    assert parse_archive(data, "t").members[0].end == len(data)


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (66, b"xx", "there should be a member header"),
        (56, b"-1", "is no number"),
        (56, b"  ", "is no number"),
        (56, b"99", "says it has 99 bytes"),
        (8, b"/7  ", "not in the table of names"),
        (8, b"#1/9", "longer than the member"),
    ],
)
def test_bad_headers_get_a_sentence(archive, file, place, value, words):
    data = bytearray(archive([file("x.o", b"1")]))
    data[place : place + len(value)] = value
    with pytest.raises(MalformedArchive, match=words):
        parse_archive(bytes(data), "t")


def test_members_are_limited(archive, file, monkeypatch):
    monkeypatch.setattr(reading, "MAX_MEMBERS", 3)
    assert len(parse_archive(archive([file("x.o")] * 3), "t").members) == 3
    with pytest.raises(LimitExceeded, match="more than 3 members"):
        parse_archive(archive([file("x.o")] * 4), "t")


def test_a_name_is_limited(archive, file):
    with pytest.raises(MalformedArchive, match="more than 4096 bytes"):
        parse_archive(archive([file("n" * 5000)]), "t")


def test_ar_says_the_same(tmp_path, file):
    if shutil.which("ar") is None:
        pytest.skip("needs ar")
    for name in ("x.o", "y.o", LONG):
        (tmp_path / name).write_bytes(name.encode())
    subprocess.run(["ar", "qcD", "t.a", "y.o", LONG, "x.o"], cwd=tmp_path, check=True)
    listed = subprocess.run(["ar", "t", "t.a"], cwd=tmp_path, capture_output=True, check=True).stdout.split()
    data = (tmp_path / "t.a").read_bytes()
    parsed = parse_archive(data, "t")
    assert is_archive(data)
    assert [m.name for m in parsed.members] == listed
    assert [parsed.content(m) for m in parsed.members] == listed
    assert parsed.first(MemberKind.NAMES) is not None
