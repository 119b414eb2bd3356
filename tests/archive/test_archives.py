"""Two archives end to end: findings, verdict, and a ledger in which every byte of both has its place."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from elfdiff.accounting.mirror import mirrored
from elfdiff.errors import ElfdiffError, NotElf, UnbalancedLedger
from elfdiff.report import Code, Confidence, Ledger, Report, Sides, Verdict

CLASSES = ("root", "payload", "input", "consequence", "hash", "unexplained")


def causes(report: Report) -> dict[str, Confidence]:
    return {finding.cause: finding.confidence for finding in report.findings}


def owned(report: Report, row: str) -> dict[str, int]:
    """The classes of one row that are not zero, in b."""
    assert report.ledger is not None
    classes = next(item.classes for item in report.ledger.rows if item.name == row)
    return {name: getattr(classes, name).b for name in CLASSES if getattr(classes, name).b}


def check(ledger: Ledger, a: bytes, b: bytes) -> None:
    """Rows cover both files without gap or overlap, and rows and runs add up to the totals."""
    for side, data in (("a", a), ("b", b)):
        at = 0
        for offset, size in sorted(place for row in ledger.rows if (place := getattr(row, side)) is not None):
            assert offset == at
            at += size
        assert at == len(data)
        at = 0
        for run in (run for run in ledger.runs if run.side == side):
            assert run.offset >= at
            at = run.offset + run.length
        assert at <= len(data)
        for name in CLASSES:
            total = getattr(getattr(ledger.totals, name), side)
            assert total == sum(run.length for run in ledger.runs if run.side == side and run.owner == name)
            assert total == sum(getattr(getattr(row.classes, name), side) for row in ledger.rows)
        assert getattr(ledger.totals.differing, side) == sum(getattr(getattr(ledger.totals, n), side) for n in CLASSES)
    left = len(a) - ledger.totals.differing.a
    assert left == len(b) - ledger.totals.differing.b
    assert ledger.totals.moved.b == sum(row.classes.moved.b for row in ledger.rows) <= left


def test_header_fields_are_a_cause_of_their_own(archive, file, explain):
    a = archive([file("x.o", b"1"), file("y.o", b"2")])
    b = archive([file("x.o", b"1", time="1772366400"), file("y.o", b"2", uid="1000", mode="100664")])
    report = explain(a, b)
    assert causes(report) == {"archive-metadata": Confidence.CERTAIN}
    assert (report.verdict, report.fixable) == (Verdict.EXPLAINED, True)
    assert report.findings[0].faces == ("ar-timestamps-uid-gid-mode",)
    # "0" and nine blanks became a time of ten digits; "0   " became "1000", and "644   " became "100664".
    assert owned(report, "x.o header") == {"payload": 10}
    assert owned(report, "y.o header") == {"payload": 4 + 6}
    assert report.raw_differing == report.ledger.totals.differing.b == 20
    check(report.ledger, a, b)


def test_the_time_of_the_index_counts(archive, file, explain):
    a, b = (archive([file("x.o", b"1")], [("f", 0)], index_time=time) for time in ("0", "9"))
    report = explain(a, b)
    assert causes(report) == {"archive-metadata": Confidence.CERTAIN}
    assert owned(report, "symbol index header") == {"payload": 1}


def test_another_order_moves_members_and_the_index_follows(archive, file, explain):
    x, y, z = file("x.o", b"11"), file("y.o", b"2222"), file("z.o", b"333333")
    a = archive([x, y, z], [("f", 0), ("g", 1), ("h", 2)])
    b = archive([z, y, x], [("h", 0), ("g", 1), ("f", 2)])
    report = explain(a, b)
    assert causes(report) == {"link-order": Confidence.CERTAIN}
    assert report.verdict is Verdict.EXPLAINED
    assert report.findings[0].faces == ("archive-member-order",)
    assert report.ledger.totals.unexplained == Sides()
    moved = {row.name: row.classes.moved.b for row in report.ledger.rows}
    assert (moved["x.o"], moved["z.o"]) == (62, 66)
    assert set(owned(report, "symbol index")) == {"consequence"}
    assert {run.causes for run in report.ledger.runs} == {("link-order",)}
    assert report.ledger.breakpoints[0].delta == 64 + 66
    check(report.ledger, a, b)


@pytest.mark.parametrize("wide", [False, True])
def test_an_index_entry_that_leads_elsewhere_follows_from_nothing(archive, file, explain, wide):
    x, y = file("x.o", b"11"), file("y.o", b"2222")
    a = archive([x, y], [("f", 0), ("g", 1)], wide=wide)
    b = bytearray(archive([y, x], [("g", 0), ("f", 1)], wide=wide))
    width = 8 if wide else 4
    first = 68 + width
    b[first + width - 1] ^= 2
    report = explain(a, bytes(b))
    entry = [run for run in report.ledger.runs if run.side == "b" and first <= run.offset < first + width]
    assert {run.owner for run in entry} == {"unexplained"}
    assert report.verdict is Verdict.PARTLY_EXPLAINED
    check(report.ledger, a, bytes(b))


def test_names_of_members_that_are_no_elf_come_from_the_other_index(archive, file, explain):
    x, y = file("x.o", b"BC"), file("y.o", b"BC..")
    a = archive([x, y], [("f", 0), ("g", 1)])
    b = archive([file("x.o", b"BC1234"), y], [("f", 0), ("g", 1)])
    assert owned(explain(a, b), "symbol index") == {"consequence": 1}
    # An index that names another symbol is not what a's index says.
    b = archive([file("x.o", b"BC1234"), y], [("f", 0), ("h", 1)])
    assert owned(explain(a, b), "symbol index") == {"unexplained": 6}


def test_one_wrong_byte_of_an_index_alone(archive, file, explain):
    a = archive([file("x.o", b"11")], [("f", 0), ("g", 0)])
    b = bytearray(a)
    b[8 + 60 + 4 + 3] ^= 1
    report = explain(a, bytes(b))
    assert report.verdict is Verdict.UNEXPLAINED
    assert report.ledger.totals.differing == report.ledger.totals.unexplained == Sides(1, 1)


def test_members_that_are_no_elf_stay_unexplained(archive, file, explain):
    a, b = (archive([file("x.txt", b"head" + middle + b"tail!")]) for middle in (b"one", b"seven"))
    report = explain(a, b)
    assert report.verdict is Verdict.UNEXPLAINED
    # head and tail are equal; of "one" and "seven" nothing is.
    assert owned(report, "x.txt") == {"unexplained": 5}
    # "12" became "14": the size follows from the contents.
    assert owned(report, "x.txt header") == {"consequence": 1}
    check(report.ledger, a, b)


def test_a_size_that_is_written_in_another_way_follows_from_nothing(archive, file, explain):
    a = archive([file("x.txt", b"1234")])
    b = a.replace(b"4         `", b"04        `")
    report = explain(a, b)
    assert owned(report, "x.txt header") == {"unexplained": 2}


def test_a_renamed_member(archive, file, explain):
    a = archive([file("ccQz3mPd_long_names.o", b"1"), file("another_long_name_.o", b"2")])
    b = archive([file("ccQz3mPd_long_names__.o", b"1"), file("another_long_name_.o", b"2")])
    report = explain(a, b)
    assert report.findings[0].faces == ("archive-member-names",)
    assert report.ledger.totals.unexplained == Sides()
    # The second name stands two bytes further on.
    assert owned(report, "another_long_name_.o header") == {"consequence": 1}
    check(report.ledger, a, b)


def test_a_member_of_one_side(archive, file, explain):
    a = archive([file("x.o", b"1"), file("z.o", b"3")], [("f", 0), ("h", 1)])
    b = archive([file("x.o", b"1"), file("y.o", b"22"), file("z.o", b"3")], [("f", 0), ("h", 2)])
    report = explain(a, b)
    rows = {row.name: row.status for row in report.ledger.rows}
    assert rows["y.o"] == "added"
    assert owned(report, "y.o") == {"input": 62}
    assert causes(report) == {"source-change": Confidence.LIKELY}
    assert report.code is None
    check(report.ledger, a, b)


def test_stretches_of_equal_members_are_one_row(archive, file, explain):
    some = [file(f"m{i}.o", b"1") for i in range(50)]
    a = archive([*some[:20], file("x.o", b"1"), *some[20:]])
    b = archive([*some[:20], file("x.o", b"2"), *some[20:]])
    report = explain(a, b)
    assert [row.name for row in report.ledger.rows] == [
        "archive header",
        "m0.o to x.o header",
        "x.o",
        "x.o padding to m49.o",
    ]
    check(report.ledger, a, b)


def test_two_members_of_one_name_that_changed_places(archive, file, explain):
    x, y = file("x.o", b"1111"), file("x.o", b"2222")
    report = explain(archive([x, y]), archive([y, x]))
    assert causes(report) == {"link-order": Confidence.CERTAIN}
    assert report.ledger.totals.differing == Sides()
    assert report.ledger.totals.moved == Sides(128, 128)


def test_an_archive_and_an_elf_file(archive, file, explain, make):
    for pair in ((archive([file("x.o")]), make()), (make(), archive([file("x.o")]))):
        report = explain(*pair)
        assert "a static archive" in report.incomparable
        assert report.ledger is None
    with pytest.raises(NotElf, match=r"^b: "):
        explain(archive([file("x.o")]), b"text")


def test_members_for_another_machine(archive, file, explain, make):
    a, b = (archive([file("x.o", make(machine=machine))]) for machine in (62, 183))
    assert "X86-64" in explain(a, b).incomparable


def test_a_member_that_is_broken_is_compared_as_bytes(archive, file, explain, make):
    good = make()
    broken = good[:40] + b"\xff" * 8 + good[48:]
    a, b = archive([file("x.o", good)]), archive([file("x.o", broken)])
    report = explain(a, b)
    assert any("x.o was compared byte by byte" in note for note in report.notes)
    assert set(owned(report, "x.o")) == {"unexplained"}
    check(report.ledger, a, b)


def test_a_fault_in_one_member_leaves_the_others(archive, file, explain, make, part, monkeypatch):
    def faulty(*_):
        raise UnbalancedLedger("one and one is three")

    monkeypatch.setattr("elfdiff.archives.account", faulty)
    a, b = (archive([file("x.o", make([part(".data", text)], file_type=1))]) for text in (b"1", b"2"))
    report = explain(a, b)
    assert owned(report, "x.o") == {"unexplained": 1}
    assert any("one and one is three" in note for note in report.notes)


def test_compared_members_are_limited(archive, file, explain, make, part, monkeypatch):
    monkeypatch.setattr("elfdiff.archives.MAX_COMPARED", 1)
    left, right = (make([part(".data", text)], file_type=1) for text in (b"1", b"2"))
    report = explain(archive([file("x.o", left), file("y.o", left)]), archive([file("x.o", right), file("y.o", right)]))
    names = {row.name for row in report.ledger.rows}
    assert "x.o(.data)" in names
    assert "y.o" in names
    assert any("only the first 1 members" in note for note in report.notes)


SOURCES = {
    "hash.c": "unsigned hash(const char *t) { unsigned v = 5; while (*t) v = v * 33 + (*t++ & 255); return v; }\n",
    "table.c": "unsigned hash(const char *); static int used; int put(const char *t) { return used += hash(t) & 1; }\n"
    + "".join(f"int slot{n}(int x) {{ return x + {n}; }}\n" for n in range(12)),
    "a_rather_long_name.c": "int add(int x, int y) { return x + y; }\nint three(void) { return add(1, 2); }\n",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Builds the three sources: built(directory, flags, mode of ar, changes) gives the archive's bytes."""
    if shutil.which("gcc") is None or shutil.which("ar") is None:
        pytest.skip("needs gcc and ar")
    top = tmp_path_factory.mktemp("library")

    def build(directory: str, *flags: str, mode: str = "D", **changes: str) -> bytes:
        home: Path = top / directory
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        for name, text in SOURCES.items():
            (home / name).write_text(changes.get(name.removesuffix(".c"), text))
        subprocess.run(["gcc", "-O1", "-c", *flags, *sorted(SOURCES)], cwd=home, check=True)
        objects = [name.replace(".c", ".o") for name in sorted(SOURCES)]
        subprocess.run(["ar", f"qcs{mode}", "lib.a", *objects], cwd=home, check=True)
        return (home / "lib.a").read_bytes()

    return build


def test_members_are_explained_like_files(built, explain):
    a, b = built("one", "-g"), built("somewhere/else", "-g")
    report = explain(a, b)
    assert causes(report) == {"build-path": Confidence.CERTAIN}
    assert report.ledger.totals.unexplained == Sides()
    assert report.code is Code.SAME
    assert any(section.startswith("hash.o(.debug_") for section in report.findings[0].sections)
    assert set(owned(report, "symbol index")) == {"consequence"}
    for item in report.findings[0].evidence:
        data = a[item.a.offset : item.a.offset + item.a.length]
        assert item.a.within != "file" or data.decode() == item.a.value
    check(report.ledger, a, b)


def test_paths_and_times_are_two_findings(built, explain):
    a, b = built("one", "-g"), built("two", "-g", mode="U")
    report = explain(a, b)
    assert causes(report) == {"build-path": Confidence.CERTAIN, "archive-metadata": Confidence.CERTAIN}
    check(report.ledger, a, b)


def test_a_changed_function_is_named(built, explain):
    a, b = built("one"), built("one", hash=SOURCES["hash.c"].replace("* 33 +", "* 33 ^"))
    report = explain(a, b)
    # Its member is the only one that was compared; the dozen functions of the equal members are unchanged all the same.
    assert causes(report) == {"source-change": Confidence.LIKELY}
    assert "hash" in report.findings[0].summary
    assert (report.verdict, report.code) == (Verdict.INPUTS_DIFFER, Code.DIFFERS)
    assert {run.section for run in report.ledger.runs if run.owner == "input"} == {"hash.o(.text)"}
    check(report.ledger, a, b)


def test_a_new_member_is_told_by_its_functions(built, explain, tmp_path):
    b = built("one")
    (tmp_path / "lib.a").write_bytes(b)
    subprocess.run(["ar", "dD", "lib.a", "hash.o"], cwd=tmp_path, check=True)
    a = (tmp_path / "lib.a").read_bytes()
    report = explain(a, b)
    assert list(causes(report)) == ["source-change"]
    assert report.code is Code.DIFFERS
    assert [run.section for run in report.ledger.runs if run.owner == "input"] == ["hash.o"]
    assert set(owned(report, "symbol index")) == {"consequence"}
    check(report.ledger, a, b)


def test_exchanging_the_archives_mirrors_everything(built, explain):
    a, b = built("one", "-g"), built("somewhere/else", "-g", mode="U", table=SOURCES["table.c"].replace("& 1", "& 3"))
    forth, back = explain(a, b), explain(b, a)
    assert mirrored(forth.ledger) == back.ledger
    assert causes(forth) == causes(back)
    assert (forth.verdict, forth.code) == (back.verdict, back.code)


def test_damaged_archives_give_a_report_or_a_sentence(archive, file, explain, make, part):
    chance = random.Random(4)
    elf = make([part(".text", bytes(range(64)), flags=6), part(".comment", b"GCC: (x) 12.2.0\0")], file_type=1)
    whole = archive(
        [file("x.o", elf), file("a_name_that_is_long.o", elf), file("z.txt", b"text!")], [("f", 0), ("g", 1), ("h", 1)]
    )
    reports = 0
    sentences: list[str] = []
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(8, len(damaged))] = chance.choice(b"\0 /9\xff" + chance.randbytes(1))
        if chance.random() < 0.2:
            del damaged[chance.randrange(8, len(damaged)) :]
        try:
            report = explain(whole, bytes(damaged))
        except ElfdiffError as error:
            sentences.append(str(error))
            continue
        reports += 1
        if report.ledger is not None:
            check(report.ledger, whole, bytes(damaged))
    assert reports > 30
    assert [text for text in sentences if not text.startswith("b: ")] == []


def test_another_format_owns_all_but_the_contents(archive, file, explain):
    members = [file("x.o", b"1"), file("y.o", b"234")]
    a, b = archive(members), archive(members, style="bsd")
    report = explain(a, b)
    assert causes(report) == {"archive-metadata": Confidence.CERTAIN}
    assert report.findings[0].faces == ("archive-format",)
    assert report.ledger.totals.unexplained == Sides()
    assert "BSD in b" in report.findings[0].summary
    check(report.ledger, a, b)


def test_a_thin_archive_is_another_format(archive, file, explain):
    members = [file("x.o", b"1"), file("y.o", b"2345")]
    a, b = archive(members), archive(members, thin=True)
    report = explain(a, b)
    assert causes(report) == {"archive-metadata": Confidence.CERTAIN}
    assert report.ledger.totals.unexplained == Sides()
    check(report.ledger, a, b)


def test_an_index_on_one_side_only(archive, file, explain):
    members = [file("x.o", b"1")]
    a, b = archive(members, [("f", 0)]), archive(members)
    report = explain(a, b)
    assert report.findings[0].faces == ("archive-format",)
    assert report.ledger.totals.unexplained == Sides()
    check(report.ledger, a, b)
    empty = explain(archive([file("x.o", b"1")], [("f", 0)]), archive([]))
    assert "archive-metadata" not in causes(empty)


def test_a_member_on_one_side_only_is_another_input(archive, file, explain):
    x, y = file("x.o", b"1"), file("notes.txt", b"read me")
    a, b = archive([x]), archive([x, y])
    report = explain(a, b)
    assert causes(report) == {"source-change": Confidence.LIKELY}
    assert report.verdict is Verdict.INPUTS_DIFFER
    assert "only b has the member notes.txt" in report.findings[0].summary
    assert owned(report, "notes.txt") == {"input": 68}


def test_units_of_a_rust_library_are_counted_by_its_members(archive, file, explain):
    def library(count):
        return archive([file(f"libl.l.88c9b5e7cf450772-cgu.{n}.rcgu.o", b"%d" % n) for n in range(count)])

    report = explain(library(3), library(1))
    assert causes(report)["parallel-build"] is Confidence.LIKELY
    assert "source-change" not in causes(report)
