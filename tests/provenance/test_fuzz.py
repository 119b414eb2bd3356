"""A fixed part of benchmarks/fuzz_bundles.py on material made here, and the proof that it can find something."""

from __future__ import annotations

import random

import pytest

pytest.importorskip("sigstore", reason="the extra attest is not installed")
pytest.importorskip("resource")

from benchmarks.fuzz_bundles import fuzzed, minted
from elfdiff.provenance import detached, keyed
from elfdiff.provenance.entry import Recorded

COUNT = 180


def quiet(line: str) -> None:
    """Say nothing."""


def test_damaged_bundles_end_in_answers_and_none_is_believed_more_than_the_good_one() -> None:
    ends, faults = fuzzed(list(minted()), COUNT, random.Random(15), quiet)
    assert [fault for fault in faults if "too slow" not in fault] == []
    assert sum(ends.values()) >= COUNT
    assert ends["refused"] > 20


def test_a_verifier_that_checks_no_signature_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (keyed, detached):
        monkeypatch.setattr(module, "refusal_of", lambda *args, **more: None)
    monkeypatch.setattr(Recorded, "refusal", lambda *args: None)
    goods = [good for good in minted() if good.key is not None and good.bundle is not None]
    _, faults = fuzzed(goods, 400, random.Random(1), quiet)
    assert any("unsound" in fault for fault in faults)
