"""A fault in the accounting leaves the causes standing."""

from pathlib import Path

import pytest

from elfdiff import diagnose as pipeline
from elfdiff.errors import UnbalancedLedger
from elfdiff.report import Verdict

SAMPLE = Path(__file__).parents[1] / "samples" / "two-causes-path-and-time"


def test_a_fault_in_the_ledger_leaves_every_byte_unexplained(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise UnbalancedLedger("the classes do not add up")

    monkeypatch.delenv("ELFDIFF_DEBUG", raising=False)
    monkeypatch.setattr(pipeline, "account", broken)
    report = pipeline.diagnose(str(SAMPLE / "a"), str(SAMPLE / "b"))
    assert {finding.cause for finding in report.findings} >= {"build-path", "build-time"}
    assert report.verdict is Verdict.PARTLY_EXPLAINED
    assert report.ledger is not None
    assert report.ledger.totals.differing == report.ledger.totals.unexplained
    assert report.ledger.totals.unexplained.most == report.raw_differing
    assert "not accounted for" in report.notes[0]


def test_sides_are_named_in_errors(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"text")
    with pytest.raises(Exception, match=r"^b: ") as caught:
        pipeline.diagnose(str(SAMPLE / "a"), str(tmp_path / "x"))
    assert "ELF" in str(caught.value)


def test_core_files_are_not_builds(tmp_path: Path) -> None:
    header = bytearray((SAMPLE / "a").read_bytes()[:64])
    header[16:18] = (4).to_bytes(2, "little")
    header[32:48] = bytes(16)
    header[54:64] = bytes(10)
    for name, mark in (("a", 0), ("b", 1)):
        (tmp_path / name).write_bytes(bytes(header) + bytes([mark]))
    report = pipeline.diagnose(str(tmp_path / "a"), str(tmp_path / "b"))
    assert report.incomparable is not None
    assert "memory images" in report.incomparable
