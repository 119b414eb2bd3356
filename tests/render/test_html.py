import re
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from elfdiff.actions import Do, Export
from elfdiff.render.html.bytemap import OWNERS, Strip, draw, sections
from elfdiff.render.html.markup import element, text
from elfdiff.render.html.page import render_html
from elfdiff.report import Classes, Effect, FileFacts, Fix, OwnedRun, Report, SectionRow, Sides, Verdict
from elfdiff.tree import ContainerFacts, EntryFacts, FirstDifference, Plain, Status, Tree, TreeEntry

VOID = {"meta", "br", "hr"}
LIMIT = 1_500_000


class Checker(HTMLParser):
    """Every tag is closed where it must be; what is text, and what tags and addresses there are."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def checked(page: str) -> Checker:
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert not checker.open
    assert not checker.tags & {"script", "img", "link", "iframe", "object", "form", "a"}
    assert not {name for name in checker.names if name.startswith("on") or name in ("style", "src", "href")}
    assert "default-src 'none'" in page.replace("&#x27;", "'")
    return checker


def test_every_case_is_a_page(case: Report) -> None:
    page = render_html(case)
    words = " ".join(checked(page).words)
    for finding in case.findings:
        assert finding.cause in words
        assert finding.title in words
    assert f"result={case.verdict.value}" in words
    assert len(page) < LIMIT


def test_what_to_do_first_stands_before_everything_else(made: SimpleNamespace) -> None:
    page = render_html(made.explained())
    assert page.index("EXPLAINED") < page.index("Do first") < page.index("SOURCE_DATE_EPOCH") < page.index("Findings")


def test_everything_from_the_files_is_escaped(made: SimpleNamespace) -> None:
    evil = "</title></style><script>alert(1)</script>\"'><img src=x onerror=alert(1)>\x1b\u202e\ud800"
    finding = made.finding(
        "build-path", evidence=(made.item("f", 1, evil, evil + "x"),), title=evil, summary=evil, sections=(evil,)
    )
    row = SectionRow(evil, (0, 64), (0, 64), "changed", (), Classes(differing=Sides(4, 4), root=Sides(4, 4)))
    run = OwnedRun("a", 0, 4, evil, "root", ("build-path",), evil)
    ledger = replace(made.ledger(root=4), rows=(row,), runs=(run, replace(run, side="b")))
    report = made.report(Verdict.EXPLAINED, (finding,), ledger=ledger, notes=(evil,), observed=finding.evidence)
    page = render_html(replace(report, a=replace(report.a, path=evil, toolchain=(evil,))))
    checked(page)
    assert "<script" not in page
    assert "<img" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    page.encode()


def test_a_string_is_never_markup() -> None:
    assert element("p", "<b>", class_='"') == '<p class="&quot;">&lt;b&gt;</p>'
    assert text("a&b") == "a&amp;b"
    assert element("details", open=True, hidden=False, id=None) == "<details open></details>"


def test_a_report_without_spans_says_so(made: SimpleNamespace) -> None:
    report = made.explained()
    page = render_html(replace(report, ledger=replace(report.ledger, runs=())))
    assert "saved without --with-spans" in page


def strip(size: int, *runs: tuple[int, int, str]) -> Strip:
    made = tuple(OwnedRun("a", offset, length, ".x", owner, (), "") for offset, length, owner in runs)
    return Strip("x", Sides(), Sides(size, size), Classes(differing=Sides(1, 1)), (made, ()))


def rects(found: Strip) -> list[tuple[float, float, str]]:
    """Place, width and owner of each rectangle that is a run."""
    pattern = r'<rect x="([\d.]+)" y="\d+" width="([\d.]+)" height="10" class="o-(\w+)">'
    shown = re.findall(pattern, draw([found], "section"))
    return [(float(x), float(width), owner) for x, width, owner in shown]


def test_a_run_stands_where_it_is() -> None:
    assert rects(strip(480, (240, 48, "root"))) == [(500.0, 100.0, "root")]


def test_runs_within_one_part_are_one_by_owner() -> None:
    many = [(at, 1, "consequence") for at in range(0, 48000, 2)]
    assert rects(strip(48000, *many)) == [(0.0, 1000.0, "consequence")]


def test_what_is_not_explained_is_seen_among_anything() -> None:
    around = [(at, 1, "consequence") for at in range(0, 4000, 2)]
    for place in (0, 2000, 3998):
        runs = sorted([*around, (place + 1, 1, "unexplained")])
        assert any(owner == "unexplained" for _, _, owner in rects(strip(400000, *runs)))


def test_millions_of_runs_stay_a_small_page(made: SimpleNamespace) -> None:
    owners = list(OWNERS)
    rows = tuple(
        SectionRow(f".s{n}", (n * 9000, 9000), (n * 9000, 9000), "changed", (), Classes(differing=Sides(1, 1)))
        for n in range(100)
    )
    how = "moved by a text that is longer than it was " * 3
    runs = [
        OwnedRun(side, at, 2, ".s", owners[at // 6 % 6], ("build-path",), how)
        for side in "ab"
        for at in range(0, 900000, 6)
    ]
    ledger = replace(made.ledger(root=4), rows=rows, runs=runs)
    page = render_html(made.report(Verdict.EXPLAINED, (made.finding("build-path"),), ledger=ledger))
    checked(page)
    assert len(page) < LIMIT


def test_a_row_holds_the_runs_of_its_section(made: SimpleNamespace) -> None:
    changed = Classes(differing=Sides(2, 2), root=Sides(2, 2))
    rows = (
        SectionRow(".one", (100, 50), (200, 60), "changed", (), changed),
        SectionRow(".two", (150, 50), None, "removed", (), Classes(differing=Sides(50, 0), input=Sides(50, 0))),
        SectionRow(".none", (200, 0), (260, 0), "same", (), Classes()),
    )
    runs = [
        OwnedRun("a", 110, 2, ".one", "root", (), ""),
        OwnedRun("a", 150, 50, ".two", "input", (), ""),
        OwnedRun("b", 210, 2, ".one", "root", (), ""),
    ]
    found = sections(replace(made.ledger(root=4), rows=rows, runs=runs))
    assert [(item.name, [[run.offset for run in side] for side in item.runs]) for item in found] == [
        (".two", [[150], []]),
        (".one", [[110], [210]]),
    ]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1])
def test_text_can_be_read_in_both_themes(theme: int, made: SimpleNamespace) -> None:
    """WCAG 2.2: 4.5 to 1 for text, 3 to 1 for what is drawn."""
    block = re.findall(r":root \{(.*?)\}", render_html(made.identical()), re.S)[theme]
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block))

    def contrast(one: str, other: str) -> float:
        low, high = sorted((luminance(colours[one]), luminance(colours[other])))
        return (high + 0.05) / (low + 0.05)

    for back in ("bg", "card", "code"):
        for front in ("fg", "muted", "good", "bad", "warn", "info"):
            assert contrast(front, back) >= 4.5, (front, back)
    assert contrast("fg", "mark") >= 4.5
    for owner in ("root", "input", "consequence", "hash", "unexplained"):
        assert contrast(owner, "bg") >= 3, owner


def test_long_names_and_many_entries_stay_a_small_page(made: SimpleNamespace) -> None:
    long = "x" * 100_000
    item = made.item("f", 1, long, long + "y", section=long)
    findings = tuple(
        made.finding(
            f"cause-{n}", evidence=(item,) * 100, evidence_total=100, title="t", summary=long, sections=(long,)
        )
        for n in range(30)
    )
    report = made.report(Verdict.EXPLAINED, findings, ledger=made.ledger(root=4), notes=(long,) * 500)
    page = render_html(report)
    checked(page)
    assert len(page) < LIMIT
    one = EntryFacts(long, "text", 1)
    plain = Plain("text", FirstDifference(None, 1, long, long), (), None)
    entries = (TreeEntry(long, one, one, Status.CHANGED, None, None, None, ("build-time",), plain),) * 3000
    facts = ContainerFacts("a", "directory", 1, None, 3000)
    tree = Tree("1", facts, facts, Verdict.EXPLAINED, True, None, (), None, entries)
    page = render_html(tree)
    checked(page)
    assert len(page) < LIMIT
    assert "2,000 more in the JSON report" in page


def test_neighbours_that_differ_alike_are_folded(made: SimpleNamespace) -> None:
    facts, one = ContainerFacts("a", "directory", 1, None, 30), EntryFacts("x", "text", 1)

    def entry(name: str, cause: str) -> TreeEntry:
        return TreeEntry(name, one, one, Status.CHANGED, None, None, None, (cause,), None)

    many = tuple(entry(f"doc/{n}", "build-time") for n in range(20))
    some = tuple(entry(f"lib/{n}", "file-times") for n in range(4))
    tree = Tree("1", facts, facts, Verdict.EXPLAINED, True, None, (), None, (*many, *some))
    page = render_html(tree)
    assert "20 entries, <code>doc/0</code> to <code>doc/19</code>" in page
    assert page.count('class="entry"') == 1
    assert page.count('class="entry flat"') == 24


@pytest.mark.parametrize(
    ("a", "b", "marked"),
    [
        ("0", "1772366400", ("0", "1772366400")),
        ("v12", "v123", ("12", "123")),
        ("3a92", "3a92-dirty", (None, "-dirty")),
        ("one", "one more", (None, " more")),
        ("2026-11-23", "2026-11-26", ("3", "6")),
    ],
)
def test_what_differs_is_marked(made: SimpleNamespace, a: str, b: str, marked: tuple[str | None, str]) -> None:
    finding = made.finding("build-time", evidence=(made.item("f", 1, a, b),))
    page = render_html(made.report(Verdict.EXPLAINED, (finding,)))
    assert re.findall("<mark>(.*?)</mark>", page) == [part for part in marked if part is not None]


def test_a_sentence_is_no_command_and_what_was_not_parsed_is_not_told(made: SimpleNamespace) -> None:
    fixes = tuple(Fix("any", action, Effect.REMOVES, ()) for action in (Do("sort the inputs"), Export("TZ", "UTC")))
    finding = made.finding("link-order", fixes=fixes)
    page = render_html(made.report(Verdict.EXPLAINED, (finding,)))
    assert "<span>sort the inputs</span>" in page
    assert '<code class="action">export TZ=UTC</code>' in page
    report = made.report(Verdict.IDENTICAL, ())
    bare = replace(report, a=FileFacts("a", 1, "0" * 64), b=FileFacts("b", 1, "0" * 64))
    assert "stripped" not in render_html(bare)
