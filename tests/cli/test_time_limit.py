"""--time-limit: what was found in time is written, nothing is claimed beyond it, and the exit code is 2."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from elfdiff.cli.main import main
from elfdiff.clock import Clock, OutOfTime

ROOT = Path(__file__).resolve().parents[2]
PAIR = [str(ROOT / "samples" / "build-path-file-macro" / side) for side in "ab"]
STAGES = ("texts were compared", "evidence was gathered", "bytes were accounted for")

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def over(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """The time is over at the end of one stage."""

    @contextmanager
    def running(clock: Clock, work: str, share: float = 1) -> Iterator[None]:
        yield
        if work == request.param:
            raise OutOfTime(f"out of time: while {work}")

    monkeypatch.setattr(Clock, "running", running)
    return str(request.param)


@pytest.mark.parametrize("over", STAGES, indirect=True)
def test_what_was_found_is_written(over: str, capsys: Capture) -> None:
    assert main(["--exit-zero", "--time-limit", "9", *PAIR]) == 2
    shown = capsys.readouterr()
    assert shown.err == f"elfdiff: error: out of time: while {over}\n"
    assert "only what was found in time" in " ".join(shown.out.split())
    assert shown.out.endswith("exit=2\n")
    assert ("cause[build-path]" in shown.out) == (over != STAGES[0])


@pytest.mark.parametrize("over", STAGES, indirect=True)
def test_every_byte_is_unexplained_and_the_schema_holds(over: str, capsys: Capture) -> None:
    assert main(["-f", "json", "--time-limit", "9", *PAIR]) == 2
    report = json.loads(capsys.readouterr().out)
    schema = json.loads((ROOT / "elfdiff" / "schema" / "report-2.json").read_text())
    assert not list(Draft202012Validator(schema).iter_errors(report))
    assert report["verdict"] == ("unexplained" if over == STAGES[0] else "partly-explained")
    assert report["ledger"]["unexplained"] == report["ledger"]["differing"] != {"a": 0, "b": 0}
    assert report["code"] is None


@pytest.mark.parametrize("over", STAGES[1:2], indirect=True)
def test_a_missing_fact_may_speak_against_a_cause(over: str, capsys: Capture) -> None:
    main(["-f", "json", "--time-limit", "9", *PAIR])
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert findings
    assert {finding["confidence"] for finding in findings} == {"possible"}


@pytest.mark.parametrize("over", ["code and data were aligned"], indirect=True)
def test_what_cannot_be_aligned_in_time_leaves_the_causes(over: str, capsys: Capture) -> None:
    assert main(["-f", "json", "--time-limit", "9", *PAIR]) == 2
    shown = capsys.readouterr()
    report = json.loads(shown.out)
    first = report["findings"][0]
    assert (first["cause"], first["confidence"]) == ("build-path", "likely")
    assert report["unfinished"].startswith("out of time: while code and data were aligned; both files are compared")
    assert report["code"] is None
    assert report["ledger"]["unexplained"] == report["ledger"]["differing"]
    (note,) = [note for note in report["notes"] if note.startswith("sections with equal bytes: ")]
    assert ".dynsym" in note
    assert ".rodata" not in note


def test_memory_that_aligning_uses_up_leaves_the_causes(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise MemoryError

    monkeypatch.setattr("elfdiff.comparison.pair.align", full)
    assert main(["--memory-limit", "9000", *PAIR]) == 2
    shown = capsys.readouterr()
    assert "the 9000 MB of --memory-limit were used up while code and data were aligned" in shown.err
    assert "cause[build-path] likely" in shown.out


@pytest.mark.parametrize("over", ["the files were read"], indirect=True)
def test_nothing_is_written_where_nothing_was_read(over: str, capsys: Capture) -> None:
    assert main(["--time-limit", "9", *PAIR]) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", f"elfdiff: error: out of time: while {over}\n")


@pytest.mark.parametrize("word", ["0", "-1", "nan", "soon", "1e9"])
def test_what_is_no_time(word: str, capsys: Capture) -> None:
    assert main([f"--time-limit={word}", *PAIR]) == 2
    assert capsys.readouterr().err.startswith("elfdiff: error: argument --time-limit: ")


def test_an_interrupt_among_the_first_imports_is_quiet() -> None:
    code = (
        "import os, signal, sys\n"
        "import elfdiff.__main__ as start\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'elfdiff.cli.main':\n"
        f"            os.kill(os.getpid(), {int(signal.SIGINT)})\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "start.run()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_memory_that_is_used_up_ends_as_time_does(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise MemoryError

    monkeypatch.setattr("elfdiff.diagnose.account", full)
    assert main(["--memory-limit", "9000", *PAIR]) == 2
    shown = capsys.readouterr()
    assert "out of memory: the 9000 MB of --memory-limit were used up while bytes were accounted for" in shown.err
    assert "cause[build-path]" in shown.out


def test_the_memory_limit_is_the_command_s_own() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    assert main(["-q", "--memory-limit", "8000", *PAIR]) == 1
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    with pytest.raises(MemoryError), Clock().running("nothing"):
        raise MemoryError


@pytest.mark.parametrize("value", ["0", "-1", "x", "99999999"])
def test_a_memory_limit_is_a_number_of_megabytes(value: str, capsys: Capture) -> None:
    assert main(["--memory-limit", value, *PAIR]) == 2
    assert "megabytes" in capsys.readouterr().err
