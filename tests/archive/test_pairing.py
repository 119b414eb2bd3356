"""Who is whom in two archives."""

from elfdiff.archive.pairing import pair_members
from elfdiff.archive.reading import parse_archive


def pairs(a: bytes, b: bytes) -> list[tuple[bytes | None, bytes | None, bool]]:
    found = pair_members(parse_archive(a, "a"), parse_archive(b, "b"))
    return [(p.a.name if p.a else None, p.b.name if p.b else None, p.same_contents) for p in found]


def test_names_come_before_contents(archive, file):
    a = archive([file("x.o", b"1"), file("y.o", b"2")])
    b = archive([file("y.o", b"1"), file("x.o", b"2")])
    assert pairs(a, b) == [(b"x.o", b"x.o", False), (b"y.o", b"y.o", False)]


def test_contents_tell_members_of_one_name_apart(archive, file):
    a, b = (parse_archive(archive([file("x.o", c) for c in order]), "t") for order in ((b"1", b"2"), (b"2", b"1")))
    found = pair_members(a, b)
    assert [pair.same_contents for pair in found] == [True, True]
    assert [pair.label for pair in found] == ["x.o", "x.o#2"]


def test_a_renamed_member_is_known_by_its_contents(archive, file):
    a = archive([file("old.o", b"same"), file("x.o", b"1")])
    b = archive([file("x.o", b"1"), file("new.o", b"same")])
    assert pairs(a, b) == [(b"old.o", b"new.o", True), (b"x.o", b"x.o", True)]


def test_parts_that_tools_draw_do_not_count(archive, file):
    a = archive([file("ccQz3mPd.o", b"1"), file("c.4dca52b3df3c08d4-cgu.0.rcgu.o", b"2")])
    b = archive([file("ccA9bbXX.o", b"3"), file("c.aaaa52b3df3c0000-cgu.0.rcgu.o", b"4")])
    assert [(left, right) for left, right, _ in pairs(a, b)] == [
        (b"ccQz3mPd.o", b"ccA9bbXX.o"),
        (b"c.4dca52b3df3c08d4-cgu.0.rcgu.o", b"c.aaaa52b3df3c0000-cgu.0.rcgu.o"),
    ]


def test_the_same_symbols_make_a_member_the_same(archive, file):
    a = archive([file("one.o", b"1"), file("none.o", b"5")], [("f", 0), ("g", 0)])
    b = archive([file("other.o", b"2"), file("empty.o", b"6")], [("f", 0), ("g", 0)])
    assert pairs(a, b) == [(b"one.o", b"other.o", False), (b"none.o", None, False), (None, b"empty.o", False)]


def test_members_of_thin_archives_may_stand_in_another_directory(archive, file):
    a = archive([file("/w/a/x.o", b"1"), file("/w/a/y.o", b"2")], thin=True)
    b = archive([file("/tmp/y.o", b"2"), file("/tmp/x.o", b"1")], thin=True)
    assert [(left, right) for left, right, _ in pairs(a, b)] == [
        (b"/w/a/x.o", b"/tmp/x.o"),
        (b"/w/a/y.o", b"/tmp/y.o"),
    ]


def test_what_has_no_partner_stands_alone(archive, file):
    a, b = archive([file("x.o", b"1"), file("y.o", b"2")]), archive([file("x.o", b"1"), file("z.o", b"3")])
    assert pairs(a, b) == [(b"x.o", b"x.o", True), (b"y.o", None, False), (None, b"z.o", False)]


def test_no_two_members_share_a_label(archive, file):
    data = [archive([file(name, bytes([i])) for i, name in enumerate(["x.o#2", "x.o", "x.o", "\n", "\\n", "x.o"])])]
    data.append(data[0] + b"\n\n")
    labels = [pair.label for pair in pair_members(*(parse_archive(item, "t") for item in data))]
    assert labels == ["x.o#2", "x.o", "x.o#3", "\\n", "\\n#2", "x.o#4"]


def test_labels_do_not_depend_on_which_archive_is_a(archive, file):
    a = parse_archive(archive([file("x.o", b"1"), file("x.o", b"2"), file("old.o", b"3"), file("x.o", b"4")]), "a")
    b = parse_archive(archive([file("new.o", b"3"), file("x.o", b"2"), file("x.o", b"1")]), "b")
    forth = {(pair.a, pair.b): pair.label for pair in pair_members(a, b)}
    assert forth == {(pair.b, pair.a): pair.label for pair in pair_members(b, a)}
    assert sorted(forth.values()) == ["new.o", "x.o", "x.o#2", "x.o#3"]
