from __future__ import annotations

import pytest

from elfdiff.causes.archive_metadata import detect as archive_metadata
from elfdiff.evidence.model import ArchiveFieldChange, SectionChange


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


def test_how_the_archives_are_written(seen, ask):
    assert ask(archive_metadata, seen.given(field("format", "GNU", "BSD", ""))) == {"archive-format": "certain"}
    assert ask(archive_metadata, seen.given(field("index", "none", "a symbol index", "/"))) == {
        "archive-format": "certain"
    }


def test_names_that_hold_a_crates_hash_follow_from_it(seen, ask):
    name = "libl.l.{}-cgu.0.rcgu.o"
    change = field("name", name.format("88c9b5e7cf450772"), name.format("d635dc8da685dd25"))
    assert ask(archive_metadata, seen.given(change)) == {"archive-member-names": "certain"}
    shim = field("name", "l.5nieq3dou61880uu0slkt0can.rcgu.o", "l.dpw318jntky5l0yun1l2e17aw.rcgu.o")
    assert ask(archive_metadata, seen.given(change, shim, seen.renamed("rust-legacy", "l"))) == {}


def test_metadata_alone(seen, ask):
    resized = SectionChange(section=".rmeta", name=".rmeta", status="resized", a_size=9, b_size=12, allocated=False)
    assert ask(archive_metadata, seen.given(resized)) == {"rlib-metadata": "likely"}
    assert ask(archive_metadata, seen.given(resized, seen.function("f"))) == {}
