"""An index of an RPM header follows only where its values stand one behind the other, as each type asks for."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from elfdiff.containers import cpio
from elfdiff.containers.builder import Builder
from elfdiff.containers.formats.rpm import _index_rule as index_rule
from elfdiff.containers.limits import Budget, Limits
from elfdiff.containers.opening import open_bytes
from elfdiff.errors import ElfdiffError
from elfdiff.tree import Status, Tree
from elfdiff.trees.options import TreeOptions
from elfdiff.trees.paths import compare_paths


def test_values_one_behind_the_other_give_the_index() -> None:
    values = b"one\0" + (7).to_bytes(4, "big") + b"a\0b\0"
    rows = [(0, 1000, 6, 1, 0), (4, 1009, 4, 1, 16), (8, 1117, 8, 2, 32)]
    rule = index_rule(values, rows)
    assert rule is not None
    longer = b"three\0\0\0" + (7).to_bytes(4, "big") + b"a\0b\0"
    assert index_rule(longer, [(0, 1000, 6, 1, 0), (8, 1009, 4, 1, 16), (12, 1117, 8, 2, 32)]) == rule
    assert index_rule(values, [(0, 1000, 6, 1, 0), (4, 1010, 4, 1, 16), (8, 1117, 8, 2, 32)]) not in (None, rule)


@pytest.mark.parametrize("edited", [(4, 1009, 5, 1, 16), (5, 1009, 4, 1, 16), (4, 1009, 4, 2, 16), (0, 1009, 4, 1, 16)])
def test_an_edited_row_follows_from_nothing(edited: tuple[int, int, int, int, int]) -> None:
    values = b"one\0" + (7).to_bytes(4, "big") + b"a\0b\0"
    assert index_rule(values, [(0, 1000, 6, 1, 0), edited, (8, 1117, 8, 2, 32)]) is None


def test_a_header_without_tags_is_read() -> None:
    from benchmarks.fuzz_containers import rpm_of

    made = rpm_of()
    empty = b"\x8e\xad\xe8\x01" + bytes(12)
    at = made.index(b"\x8e\xad\xe8\x01")
    second = made.index(b"\x8e\xad\xe8\x01", at + 1)
    container = open_bytes(made[:at] + empty + made[second:], "x", Limits())
    assert container is not None
    assert [entry.path for entry in container.entries if entry.path.startswith("bin")] == ["bin/app"]


SPEC = """\
Name: p
Version: 1
Release: 1
Summary: x
License: MIT
BuildArch: noarch
%description
x
%install
mkdir -p %{buildroot}/usr/share/p
echo same > %{buildroot}/usr/share/p/f
%files
/usr/share/p
"""


def test_two_packages_of_rpmbuild_differ_in_times_alone(tmp_path: Path) -> None:
    if shutil.which("rpmbuild") is None:
        pytest.skip("rpmbuild is not installed")
    (tmp_path / "p.spec").write_text(SPEC)
    made = []
    for side, seconds in (("a", "1700000000"), ("b", "1700000777")):
        defines = [f"_topdir {tmp_path / side}", "use_source_date_epoch_as_buildtime 1"]
        words = ["rpmbuild", "-bb", *(word for item in defines for word in ("--define", item)), "p.spec"]
        subprocess.run(
            words,
            cwd=tmp_path,
            check=True,
            capture_output=True,
            timeout=60,
            env=os.environ | {"SOURCE_DATE_EPOCH": seconds},
        )
        made.append(str(next((tmp_path / side).rglob("*.rpm"))))
    found = compare_paths(*made, TreeOptions())
    assert isinstance(found, Tree)
    assert found.ledger is not None
    assert {item.finding.cause for item in found.findings if item.finding.role.value == "root"} == {"file-times"}
    assert found.ledger.totals.unexplained.most == 0


PROGRAM = """\
Name: p
Version: {version}
Release: 1
Summary: x
License: MIT
%global debug_package %{{nil}}
%description
x
%build
echo 'int main(void) {{ return 0; }}' > m.c
gcc -g -Wl,--build-id "$PWD/m.c" -o m
%install
mkdir -p %{{buildroot}}/usr/bin
install -m755 m %{{buildroot}}/usr/bin/m
%files
/usr/bin/m
"""


def built(home: Path, version: str) -> str:
    home.mkdir(parents=True)
    (home / "p.spec").write_text(PROGRAM.format(version=version))
    defines = [f"_topdir {home}", "__os_install_post %{nil}", "use_source_date_epoch_as_buildtime 1", "_buildhost x"]
    defines.append("clamp_mtime_to_source_date_epoch 1")
    words = ["rpmbuild", "-bb", *(word for item in defines for word in ("--define", item)), "p.spec"]
    environment = os.environ | {"SOURCE_DATE_EPOCH": "1700000000"}
    subprocess.run(words, cwd=home, check=True, capture_output=True, timeout=60, env=environment)
    return str(next(home.rglob("*.rpm")))


@pytest.mark.skipif(shutil.which("rpmbuild") is None or shutil.which("gcc") is None, reason="rpmbuild, gcc")
def test_lists_and_words_of_a_header_follow_from_the_files(tmp_path: Path) -> None:
    """Names of links by build ID, the sizes of files, and what file(1) says of a program with its build ID."""
    tree = compare_paths(built(tmp_path / "one", "1"), built(tmp_path / "another", "1"), TreeOptions())
    assert isinstance(tree, Tree)
    assert tree.ledger is not None
    assert [item.finding.cause for item in tree.findings] == ["build-path", "content-hash"]
    assert tree.ledger.totals.unexplained.most == 0
    assert tree.counts[Status.ADDED] == tree.counts[Status.REMOVED] == 0


@pytest.mark.skipif(shutil.which("rpmbuild") is None or shutil.which("gcc") is None, reason="rpmbuild, gcc")
def test_another_version_is_no_other_writer(tmp_path: Path) -> None:
    tree = compare_paths(built(tmp_path / "one", "1"), built(tmp_path / "one-more", "2"), TreeOptions())
    assert isinstance(tree, Tree)
    found = {item.finding.cause for item in tree.findings}
    assert "source-change" in found
    assert not found & {"archive-metadata", "vcs-state", "file-set"}


def test_a_header_without_tags_is_a_sentence() -> None:
    empty = b"\x8e\xad\xe8\x01" + bytes(12)
    with pytest.raises(ElfdiffError):
        open_bytes(b"\xed\xab\xee\xdb".ljust(96, b"\0") + empty + empty, "x", Limits())


@pytest.mark.skipif(shutil.which("rpmbuild") is None or shutil.which("gcc") is None, reason="rpmbuild, gcc")
def test_an_edited_digest_or_index_is_no_digest_and_follows_from_nothing(tmp_path: Path) -> None:
    a, b = built(tmp_path / "one", "1"), built(tmp_path / "another", "1")
    data = Path(b).read_bytes()
    index = data.index(b"\x8e\xad\xe8\x01", 200)
    md5 = data.index(hashlib.md5(data[index:]).digest())
    for at in (101, index + 5, md5):
        edited = bytearray(data)
        edited[at] ^= 1
        (tmp_path / "edited.rpm").write_bytes(edited)
        tree = compare_paths(a, str(tmp_path / "edited.rpm"), TreeOptions())
        assert isinstance(tree, Tree)
        assert tree.ledger is not None
        assert tree.ledger.totals.unexplained.most > 0


def packed(home: Path, side: str, installed: str) -> str:
    """The package of SPEC with more lines in %install; its own times are the same on every side."""
    if shutil.which("rpmbuild") is None:
        pytest.skip("rpmbuild is not installed")
    (home / "p.spec").write_text(SPEC.replace("%files", f"{installed}\n%files"))
    defines = [f"_topdir {home / side}", "use_source_date_epoch_as_buildtime 1", "_buildhost x"]
    defines.append("clamp_mtime_to_source_date_epoch 1")
    words = ["rpmbuild", "-bb", *(word for item in defines for word in ("--define", item)), "p.spec"]
    told = os.environ | {"SOURCE_DATE_EPOCH": "1700000000", "TZ": "UTC"}
    subprocess.run(words, cwd=home, check=True, capture_output=True, timeout=60, env=told)
    return str(next((home / side).rglob("*.rpm")))


SHARE = "%{buildroot}/usr/share/p"


def test_lists_say_of_hard_links_what_their_file_is(tmp_path: Path) -> None:
    places = {"a": "/home/ci/build-1", "b": "/srv/b2"}
    made = [
        packed(tmp_path, side, f"echo built in {place}/x > {SHARE}/g\nln {SHARE}/g {SHARE}/b")
        for side, place in places.items()
    ]
    found = compare_paths(*made, TreeOptions())
    assert isinstance(found, Tree)
    assert found.ledger is not None
    assert {item.finding.cause for item in found.findings if item.finding.role.value == "root"} == {"build-path"}
    assert found.ledger.totals.unexplained.most == 0


@pytest.mark.parametrize(("number", "name"), [(6, "size"), (11, "length")])
def test_a_number_of_a_cpio_follows_only_as_writers_write_it(number: int, name: str) -> None:
    numbers = (1, 0o100644, 0, 0, 1, 5, 0xAB, 0, 0, 0, 0, 11, 0)
    head = b"070701" + b"".join(b"%08x" % item for item in numbers) + b"n" * 10 + b"\0"
    end = b"070701" + b"0" * 88 + b"%08x" % 11 + b"0" * 8 + b"TRAILER!!!" + bytes(4)
    whole = head + bytes(-len(head) % 4) + bytes(0xAC) + end
    place = 6 + 8 * number
    rules = []
    for made in (whole, whole[:place] + whole[place : place + 8].upper() + whole[place + 8 :]):
        builder = Builder("x", made, Budget("x", Limits()))
        cpio.add(builder, 0)
        fields = builder.finish("cpio").layers[0].pieces[0].fields()
        rules.append({field.name: field.rule for field in fields}[name])
    assert None not in rules
    assert rules[0] != rules[1]


def test_what_file_says_of_a_page_follows_from_its_header(tmp_path: Path) -> None:
    made = []
    for side, when in (("a", 1772366400), ("b", 1772452861)):
        (tmp_path / "page.gz").write_bytes(gzip.compress(b"page\n" * 50, mtime=when))
        made.append(packed(tmp_path, side, f"cp {tmp_path}/page.gz {SHARE}/"))
    found = compare_paths(*made, TreeOptions())
    assert isinstance(found, Tree)
    assert found.ledger is not None
    assert {item.finding.cause for item in found.findings if item.finding.role.value == "root"} == {"file-times"}
    assert found.ledger.totals.unexplained.most == 0
    data = Path(made[1]).read_bytes()
    # A date that no header of the payload has is somebody's text.
    other = data.replace(b"last modified: Mon Mar  2 12:01:01", b"last modified: Mon Mar  2 12:01:02")
    assert other != data
    Path(made[1]).write_bytes(other)
    edited = compare_paths(*made, TreeOptions())
    assert isinstance(edited, Tree)
    assert edited.ledger is not None
    assert edited.ledger.totals.unexplained.most or "build-time" in {item.finding.cause for item in edited.findings}
