from types import SimpleNamespace

from elfdiff.render.github import data, property_value, render_github
from elfdiff.report import Report, Verdict


def test_escaping_is_that_of_the_toolkit() -> None:
    assert data("100%\r\n::a,b") == "100%25%0D%0A::a,b"
    assert property_value("100%\r\n::a,b") == "100%25%0D%0A%3A%3Aa%2Cb"


def test_one_error_for_each_root(made: SimpleNamespace) -> None:
    lines = render_github(made.explained(), 1).splitlines()
    assert [line.split("::")[1] for line in lines[:-1]] == [
        "error title=elfdiff%3A build-path (certain)",
        "error title=elfdiff%3A build-time (likely)",
    ]
    assert 'fix, removes: export CFLAGS="$CFLAGS -ffile-prefix-map=/x=."' in lines[0]
    assert '"$(git log -1 --pretty=%25ct)"' in lines[1]
    assert lines[-1].startswith("elfdiff: result=explained ")


def test_what_is_left_is_a_warning(made: SimpleNamespace) -> None:
    warnings = [line for line in render_github(made.partly(), 1).splitlines() if line.startswith("::warning ")]
    assert len(warnings) == 1
    assert "1,234 bytes" in warnings[0]


def test_an_allowed_cause_is_a_warning(made: SimpleNamespace) -> None:
    lines = render_github(made.explained(), 0, {"build-path", "build-time"}).splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::warning", "::warning", "elfdiff:"]


def test_at_most_ten_of_a_kind_and_the_rest_counted(made: SimpleNamespace) -> None:
    findings = tuple(made.finding(f"cause-{n}") for n in range(14))
    report = made.report(Verdict.EXPLAINED, findings, ledger=made.ledger(root=5))
    lines = render_github(report, 1).splitlines()
    assert len([line for line in lines if line.startswith("::error ")]) == 10
    assert "5 more causes" in lines[9]


def test_no_line_but_commands_and_the_last(made: SimpleNamespace) -> None:
    evil = made.item("f", 1, "a\n::error::x", "b\r::set-env name=x::y")
    finding = made.finding("build-path", evidence=(evil,), title="t\n::stop-commands::x", summary="\r\n::error::y")
    text = render_github(made.report(Verdict.EXPLAINED, (finding,), ledger=made.ledger(root=5)), 1)
    assert len(text.splitlines()) == 2


def test_every_case_says_something(case: Report) -> None:
    lines = render_github(case, 1).splitlines()
    assert lines[-1].startswith(f"elfdiff: result={case.verdict.value} ")
    assert (len(lines) > 1) == (case.verdict is not Verdict.IDENTICAL)
