"""The interface of Python: what docs/python.md says is run, word for word."""

import pickle
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import elfdiff

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "samples" / "two-causes-path-and-time"


@pytest.fixture(scope="module")
def report() -> elfdiff.Report:
    found = elfdiff.compare(SAMPLE / "a", SAMPLE / "b")
    assert isinstance(found, elfdiff.Report)
    return found


def test_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, side in enumerate("ab", 1):
        (tmp_path / f"build-{number}").mkdir()
        shutil.copy(SAMPLE / side, tmp_path / f"build-{number}" / "greet")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    blocks = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs" / "python.md").read_text(), re.M | re.S)
    assert len(blocks) > 5
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), names)
    names["test_the_build_is_reproducible"]()  # type: ignore[operator]
    assert len(names["stages"]) > 3  # type: ignore[arg-type]


def test_what_differs_and_what_is_identical(report: elfdiff.Report) -> None:
    assert (report.differs, report.identical, report.exit) == (True, False, 1)
    assert report.equal_parts
    assert not hasattr(report, "same")
    same = elfdiff.compare(SAMPLE / "a", SAMPLE / "a")
    assert (same.differs, same.identical, same.exit) == (False, True, 0)


def test_reports_are_values(report: elfdiff.Report) -> None:
    again = elfdiff.compare(SAMPLE / "a", SAMPLE / "b")
    assert again == report
    assert len({again, report}) == 1
    assert pickle.loads(pickle.dumps(report)) == report


def test_what_a_notebook_shows_is_escaped(report: elfdiff.Report) -> None:
    shown = report._repr_html_()
    assert "build-path" in shown
    assert "<script" not in shown


def test_allowed_ids_are_checked(report: elfdiff.Report) -> None:
    both = elfdiff.compare(SAMPLE / "a", SAMPLE / "b", allow=["build-path", "build-time"])
    assert (both.exit, both.allowed) == (0, ("build-path", "build-time"))
    assert elfdiff.compare(SAMPLE / "a", SAMPLE / "b", allow="build-path").exit == 1
    with pytest.raises(elfdiff.ElfdiffError, match="did you mean build-path"):
        elfdiff.compare(SAMPLE / "a", SAMPLE / "b", allow=["build-pth"])


def test_no_time_at_all_is_an_error() -> None:
    with pytest.raises(elfdiff.ElfdiffError, match="out of time"):
        elfdiff.compare(SAMPLE / "a", SAMPLE / "b", time_limit=1e-9)


def test_a_time_limit_elsewhere_than_in_the_main_thread_is_an_error() -> None:
    caught: list[BaseException] = []

    def work() -> None:
        try:
            elfdiff.compare(SAMPLE / "a", SAMPLE / "b", time_limit=60)
        except elfdiff.ElfdiffError as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert "main thread" in str(caught[0])


def test_the_import_brings_nothing_heavy() -> None:
    code = (
        "import sys, elfdiff; print([m for m in sys.modules if m.partition('.')[0] in ('numpy', 'elftools', 'lief')])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(elfdiff, "no" + "thing")
