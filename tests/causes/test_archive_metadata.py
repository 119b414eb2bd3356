from __future__ import annotations

import pytest

from elfdiff.causes.archive_metadata import detect as archive_metadata
from elfdiff.evidence.model import ArchiveFieldChange


def field(name, a, b, member="table.o"):
    return ArchiveFieldChange(member=member, field_name=name, a_value=a, b_value=b)


@pytest.mark.parametrize(
    ("name", "a", "b"), [("time", "0", "1772366400"), ("uid", "0", "1000"), ("mode", "644", "100664")]
)
def test_fields_of_equal_members_are_proof(seen, ask, name, a, b):
    assert ask(archive_metadata, seen.given(field(name, a, b))) == {"ar-timestamps-uid-gid-mode": "certain"}


def test_names_with_a_part_that_varies(seen, ask):
    face = "archive-member-names"
    assert ask(archive_metadata, seen.given(field("name", "ccQz3mPd.o", "ccW8rLxK.o"))) == {face: "certain"}
    assert ask(archive_metadata, seen.given(field("name", "table.o", "list.o"))) == {face: "likely"}


def test_nothing_without_such_a_field(seen, ask):
    assert ask(archive_metadata, seen.given(seen.path("/w/a", "/w/b", "x.c"))) == {}
