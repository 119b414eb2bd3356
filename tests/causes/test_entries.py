"""What containers say of their entries, judged: times, owners, modes, orders, writers, and files on one side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from elfdiff.causes import (
    archive_metadata,
    content_hash,
    file_modes,
    file_order,
    file_set,
    file_times,
    host_identity,
    locale,
    umask,
)
from elfdiff.causes.model import Cause
from elfdiff.evidence.entries import EntriesChange, EntryFieldChange, EntryOrderChange
from elfdiff.evidence.model import Context, EvidenceSet
from elfdiff.report import Effect


def field(container, name, a, b, entry="usr/bin/app", a_number=None, b_number=None):
    return EntryFieldChange(
        container=container,
        entry=entry,
        field_name=name,
        a_value=a,
        b_value=b,
        a_number=a_number,
        b_number=b_number,
    )


def mode(entry, a, b):
    return field("tar", "mode", f"{a:04o}", f"{b:04o}", entry, a, b)


def asked(cause: Cause, *facts):
    return {match.face: match.confidence.value for match in cause.detect(EvidenceSet.of_items(facts))}


def actions(cause: Cause, *faces):
    return [fix.line for fix in cause.fixes_for(Context(), faces) if fix.effect is Effect.REMOVES]


@pytest.mark.parametrize(
    ("container", "face", "flag"),
    [
        ("tar", "time-in-tar", "--mtime="),
        ("tar.gz", "time-in-tar", "--mtime="),
        ("zip", "time-in-zip", "SOURCE_DATE_EPOCH"),
        ("gzip", "time-in-gzip-header", "gzip -n"),
        ("deb", "time-in-deb", "SOURCE_DATE_EPOCH"),
        ("rpm", "time-in-rpm", "use_source_date_epoch_as_buildtime"),
        ("directory", "time-on-disk", "touch"),
    ],
)
def test_each_format_has_its_own_fix_for_times(container, face, flag):
    change = replace(field(container, "time", "one", "two"), section="debian-binary ar header")
    assert asked(file_times.detect, change) == {face: "certain"}
    assert flag in actions(file_times.detect, face)[0]


@pytest.mark.parametrize(("container", "face"), [("tar", "owner-in-tar"), ("deb", "owner-in-deb")])
def test_owners_are_who_built(container, face):
    facts = [field(container, "uid", "1000", "0", a_number=1000, b_number=0), field(container, "user", "ci", "root")]
    assert asked(host_identity.detect, *facts) == {face: "certain"}
    assert "root" in actions(host_identity.detect, face)[0] or "--owner=0" in actions(host_identity.detect, face)[0]
    assert not asked(file_times.detect, *facts)


@pytest.mark.parametrize("pair", [(0o755, 0o4755), (0o755, 0o2755), (0o644, 0o444), (0o777, 0o1777), (0o644, 0o755)])
def test_modes_that_no_umask_gives_are_an_input(pair):
    assert asked(file_modes.detect, mode("a", *pair)) == {"mode-bits-no-umask-gives": "certain"}
    assert asked(file_modes.detect, mode("a", *pair[::-1])) == {"mode-bits-no-umask-gives": "certain"}


def test_a_umask_and_lists_of_modes_are_no_other_permissions():
    assert not asked(file_modes.detect, mode("a", 0o644, 0o600), mode("b", 0o755, 0o700))
    assert not asked(file_modes.detect, field("rpm", "mode", "33188 and 3 more", "33188 and 3 more", "", 33188, 33188))
    assert not asked(file_modes.detect, field("ar", "mode", "0644", "4755", "x", 0o644, 0o4755))


def test_capabilities_are_an_input_and_labels_are_not():
    capable = "SCHILY.xattr.security.capability=" + "01"
    assert asked(file_modes.detect, field("tar", "xattr", "", capable)) == {"capabilities-of-files": "certain"}
    assert not asked(file_modes.detect, field("tar", "xattr", "", "RHT.security.selinux=system_u:object_r:bin_t:s0"))


def test_times_in_pax_headers_have_a_fix_of_their_own():
    pax = replace(field("tar", "time", "1", "2", a_number=1, b_number=2), section="app PAX records")
    assert asked(file_times.detect, pax) == {"time-in-pax-header": "certain"}
    assert any("--pax-option" in line for line in actions(file_times.detect, "time-in-pax-header"))
    names = ("pkg-1.0/pyproject.toml", "pkg-1.0/pkg/__init__.py", "pkg-1.0/PKG-INFO")
    flit, setuptools = ([replace(pax, entry=name) for name in names[:count]] for count in (2, 3))
    assert asked(file_times.detect, *flit) == {"time-in-sdist": "certain"}
    assert asked(file_times.detect, *setuptools) == {"time-in-pax-header": "certain"}
    # V7, ustar and GNU's format have no such headers, and GNU tar then refuses the option.
    assert not any("--pax-option" in line for line in actions(file_times.detect, "time-in-tar"))


def test_modes_that_one_mask_explains_are_the_umask():
    assert asked(umask.detect, mode("a", 0o644, 0o664), mode("b", 0o755, 0o775)) == {"entry-modes": "certain"}
    assert asked(umask.detect, mode("a", 0o644, 0o600)) == {"entry-modes": "likely"}
    assert asked(umask.detect, mode("a", 0o640, 0o664), mode("b", 0o750, 0o775)) == {"entry-modes": "certain"}


@pytest.mark.parametrize("pair", [(0o644, 0o755), (0o755, 0o4755), (0o644, 0o646 | 0o100), (0o644, 0o655)])
def test_other_modes_are_no_umask(pair):
    assert not asked(umask.detect, mode("a", *pair))


def order(a, b, a_sorted=None, b_sorted=None, container="tar"):
    return EntryOrderChange(
        container=container, a_order=tuple(a), b_order=tuple(b), count=len(a), a_sorted=a_sorted, b_sorted=b_sorted
    )


def test_the_order_of_entries_is_that_of_a_directory_or_of_a_collation():
    directory = order("bca", "cab")
    assert asked(file_order.detect, directory) == {"order-tar": "certain"}
    assert not asked(locale.detect, directory)
    names = ["B", "C", "a", "b_", "d"]
    collated = order(names, ["a", "B", "b_", "C", "d"], "C", "locale")
    assert not asked(file_order.detect, collated)
    assert asked(locale.detect, collated) == {"locale-sort-order": "certain"}


def test_files_on_one_side_are_an_input_without_a_flag():
    fact = EntriesChange(container="deb", a_only=(), b_only=("usr/lib/x",), a_count=0, b_count=1, total=5)
    assert asked(file_set.detect, fact) == {"files-on-one-side": "certain"}
    assert not file_set.detect.fixes


def test_a_gzip_name_and_another_writer_are_how_it_was_written():
    facts = [field("gzip", "name", "one.1", "two.1", ""), field("gzip", "level", "2", "0", "")]
    assert asked(archive_metadata.detect, *facts) == {
        "gzip-name": "certain",
        "container-written-otherwise": "certain",
    }
    assert actions(archive_metadata.detect, "gzip-name") == [
        "compress with -n, which leaves time and name out: gzip -n"
    ]


def test_the_header_of_a_compressed_tar_is_that_of_gzip():
    fact = field("tar.gz", "time", "one", "two", "")
    around = replace(fact, section="gzip header")
    assert asked(file_times.detect, fact) == {"time-in-tar": "certain"}
    assert asked(file_times.detect, around) == {"time-in-gzip-header": "certain"}
    named = replace(around, field_name="name")
    assert asked(archive_metadata.detect, named) == {"gzip-name": "certain"}


def test_times_of_a_package_that_is_equally_old_are_those_of_the_sources():
    change = replace(field("deb", "time", "2009", "2010"), section="usr/bin/app header")
    assert asked(file_times.detect, change) == {"time-of-sources-in-deb": "certain"}
    assert "touch" in actions(file_times.detect, "time-of-sources-in-deb")[0]


def test_names_that_hold_a_build_id_are_no_file_of_one_side():
    sides = [f"usr/lib/debug/.build-id/{part}" for part in ("a2/f9daae6890.debug", "cd/55bca44b51.debug")]
    change = EntriesChange(
        container="deb",
        a_only=("usr/lib/debug/.build-id/a2",),
        b_only=("usr/lib/debug/.build-id/cd",),
        a_count=1,
        b_count=1,
        total=5,
    )
    renamed = field("deb", "name", *sides)
    assert asked(content_hash.detect, change, renamed) == {"hash-in-file-name": "likely"}
    assert not asked(file_set.detect, change)
    assert not asked(content_hash.detect, field("deb", "name", "usr/lib/x-1.0.so", "usr/lib/x-1.1.so"))
