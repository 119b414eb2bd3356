from types import SimpleNamespace

import pytest

from elfdiff.actions import AddWords
from elfdiff.render.markdown import code, code_cell, escaped, fenced, render_markdown
from elfdiff.report import Classes, Effect, Fix, Ledger, Report, SectionRow, Sides, Verdict

STEP_LIMIT = 1 << 20
"""Bytes of a job summary that GitHub takes from one step."""


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a|b", "a\\|b"),
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("`x` *y* _z_", "\\`x\\` \\*y\\* \\_z\\_"),
        ("[l](u)", "\\[l\\](u)"),
        ("# no heading", "\\# no heading"),
        ("- no list", "\\- no list"),
        ("a-b", "a-b"),
        ("two\nlines", "two\\\\nlines"),
        ("&lt;", "&amp;lt;"),
    ],
)
def test_escaped(raw: str, shown: str) -> None:
    assert escaped(raw) == shown


def test_code_spans_hold_backticks() -> None:
    assert code("plain") == "`plain`"
    assert code("a`b") == "``a`b``"
    assert code("`a``") == "``` `a`` ```"
    assert code_cell("a|b") == "`a\\|b`"
    assert code("a|b") == "`a|b`"


def test_a_fence_is_longer_than_any_run_inside() -> None:
    assert fenced(["x", "```` y"]).splitlines() == ["`````", "x", "```` y", "`````"]


def test_the_parts_of_a_summary(made: SimpleNamespace) -> None:
    text = render_markdown(made.explained(), 1)
    assert text.startswith("## elfdiff: EXPLAINED\n\nbuild-1/app and build-2/app differ for 2 reasons; flags remove")
    assert '\n```sh\nexport CFLAGS="$CFLAGS -ffile-prefix-map=/x=." CXXFLAGS=' in text
    assert '\n```sh\nexport SOURCE_DATE_EPOCH="$(git log -1 --pretty=%ct)"\n```\n' in text
    assert "| `build-path` | cause | certain | the build directory is compiled in | 80 |" in text

    assert text.endswith(
        "```\nelfdiff: result=explained causes=build-path,build-time unexplained=0 code=same exit=1\n```\n"
    )


def test_every_case(case: Report) -> None:
    text = render_markdown(case, 1)
    assert f"elfdiff: result={case.verdict.value} " in text
    assert all(line.isprintable() for line in text.splitlines())


def test_markup_from_a_file_stays_text(made: SimpleNamespace) -> None:
    evil = made.item("f", 1, "```\n# boo", "</details><script>|`")
    finding = made.finding("build-path", evidence=(evil,), title="<b>|`", summary="<script>alert(1)</script>")
    text = render_markdown(made.report(Verdict.EXPLAINED, (finding,), ledger=made.ledger(root=5)), 1)
    outside = "\n".join(part for index, part in enumerate(text.split("````")) if index % 2 == 0)
    assert "<script>" not in outside
    assert "<b>" not in outside
    row = next(line for line in text.splitlines() if line.startswith("| `build-path`"))
    assert row.replace("\\|", "").count("|") == 7


def test_the_largest_report_fits_a_job_summary(made: SimpleNamespace) -> None:
    long = "<&|`" * 20_000
    fixes = tuple(Fix(long, AddWords(("CFLAGS",), (long,)), Effect.REMOVES, (), long, long) for _ in range(100))
    item = made.item("f", 1, long, long, long)
    findings = tuple(
        made.finding(
            f"cause-{n}", title=long, summary=long, evidence=(item,) * 50, fixes=fixes, unfixed=("face",) * 109
        )
        for n in range(100)
    )
    rows = tuple(SectionRow(long, None, None, "changed", ("x",) * 36, Classes(Sides(1, 1))) for _ in range(70_000))
    ledger = Ledger(Classes(), rows, ())
    report = made.report(Verdict.EXPLAINED, findings, ledger=ledger, notes=(long,) * 100, equal_parts=(long,))
    assert len(render_markdown(report, 1).encode()) < STEP_LIMIT
