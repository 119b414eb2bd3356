from __future__ import annotations

from elfdiff.causes.appended_data import detect as appended_data
from elfdiff.evidence.model import DataChange, SectionChange, TailChange
from elfdiff.report import Location


def tail(kind, a, b):
    places = [Location(9000, size, "file", f"{size} bytes") if size else None for size in (a, b)]
    return TailChange(a=places[0], b=places[1], kind=kind)


def test_a_known_payload_behind_the_end_is_certain(seen, ask):
    for kind in ("zip", "squashfs"):
        assert ask(appended_data, seen.given(tail(kind, 40, 41))) == {"bytes-outside-sections": "certain"}
    assert ask(appended_data, seen.given(tail("unknown", 0, 300))) == {"bytes-outside-sections": "certain"}


def test_a_few_bytes_may_be_padding(seen, ask):
    assert ask(appended_data, seen.given(tail("unknown", 0, 4))) == {"bytes-outside-sections": "likely"}


def test_a_module_signature_is_no_payload(seen, ask):
    assert ask(appended_data, seen.given(tail("module-signature", 435, 435))) == {}


def test_images_of_a_heap(seen, ask):
    heap = SectionChange(name=".svm_heap", status="resized", a_size=8, b_size=9, allocated=True)
    assert ask(appended_data, seen.given(heap)) == {"native-image-and-snapshots": "likely"}
    snapshot = DataChange(symbol="_kDartIsolateSnapshotData", size=4096)
    assert ask(appended_data, seen.given(snapshot)) == {"native-image-and-snapshots": "likely"}
    assert ask(appended_data, seen.given(DataChange(symbol="table", size=4096))) == {}
