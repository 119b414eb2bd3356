"""Kinds with a form of their own: bytecode, lists of digests, manual pages, JSON and SBOMs, and what nobody reads."""

from __future__ import annotations

import base64
import hashlib
import json
import marshal
import py_compile

import pytest

from elfdiff.plain import Beside

SOURCE = (
    'import os\nNAMES = {"alpha", "beta"}\ndef f(a):\n    return a in {"one", "two"} and os.path.join("x", "one")\n'
)


@pytest.fixture
def compiled(tmp_path):
    """``compiled(path, seconds=…, mode=…, source=…)``: the bytecode of a source that lies at ``path``."""
    import os

    def run(path, seconds=1_700_000_000, mode=py_compile.PycInvalidationMode.TIMESTAMP, source=SOURCE):
        file, out = tmp_path / "m.py", tmp_path / "m.pyc"
        file.write_text(source)
        os.utime(file, (seconds, seconds))
        py_compile.compile(str(file), str(out), dfile=path, doraise=True, invalidation_mode=mode)
        return out.read_bytes()

    return run


def test_the_time_of_the_source_in_bytecode(told, causes, compiled, actions):
    result = told(compiled("m.py"), compiled("m.py", 1_700_000_100), "m.pyc")
    assert result.plain.kind == "Python bytecode"
    assert causes(result) == {"file-times": "certain"}
    assert any("compileall" in action for action in actions(result, "file-times"))
    assert result.ledger.totals.unexplained.most == 0


def test_the_path_in_bytecode_replays_with_its_lengths(told, causes, compiled):
    result = told(compiled("/build/a/m.py"), compiled("/srv/build/bbb/m.py"), "m.pyc")
    assert causes(result) == {"build-path": "certain"}
    assert result.ledger.totals.root == result.ledger.totals.differing


def test_bytecode_of_another_source_is_not_explained(told, causes, compiled):
    result = told(compiled("m.py"), compiled("m.py", source=SOURCE.replace("two", "zwei")), "m.pyc")
    assert not causes(result)
    assert result.ledger.totals.unexplained.most > 0


def test_sets_in_another_order_are_a_hash_order(told, causes, compiled):
    head = compiled("m.py")[:16]
    names = [b"\xda\x01" + bytes([letter]) for letter in b"abc"]
    sides = [head + b"\xbe" + (3).to_bytes(4, "little") + b"".join(order) for order in (names, names[::-1])]
    assert marshal.loads(sides[0][16:]) == marshal.loads(sides[1][16:])
    assert causes(told(*sides, "m.pyc")) == {"hash-order": "certain"}


def test_references_alone_are_how_it_was_written(told, causes, compiled):
    head = compiled("m.py")[:16]
    a, b = (head + b"\xa9\x02" + mark + b"\x01a" + mark + b"\x01b" for mark in (b"\xda", b"\x5a"))
    assert marshal.loads(a[16:]) == marshal.loads(b[16:])
    assert causes(told(a, b, "m.pyc")) == {"archive-metadata": "certain"}


@pytest.mark.parametrize("cut", [17, 20, 60, 200])
def test_damaged_bytecode_ends_in_no_fault(told, compiled, cut):
    data = compiled("m.py")
    told(data[:cut], data[:cut] + b"\xff\xff\xff\xff", "m.pyc")
    told(data[:16] + b"\xa8\xff\xff\xff\x7f" + data[21:], data, "m.pyc")
    told(data[:16] + b"(\1\0\0\0" * 5000 + b"N", data[:16] + b"(\1\0\0\0" * 5000 + b"T", "m.pyc")


RECORD = (
    "pkg/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n"
    "pkg/_x.so,sha256=aaaaQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,100\n"
    "pkg-1.dist-info/RECORD,,\n"
)


def test_a_record_follows_from_the_files_that_differ(told, causes):
    other = RECORD.replace("aaaa", "bbbb").replace(",100", ",101")
    result = told(RECORD, other, "pkg-1.dist-info/RECORD", beside=Beside(lambda name: name == "pkg/_x.so"))
    assert causes(result) == {"content-hash": "certain"}
    assert result.ledger.totals.hash.a == 4
    assert result.ledger.totals.unexplained.most == 0


def test_a_record_of_an_equal_file_is_not_explained(told, causes):
    result = told(RECORD, RECORD.replace("aaaa", "bbbb"), "RECORD", beside=Beside(lambda name: False))
    assert not causes(result)
    assert result.ledger.totals.unexplained == result.ledger.totals.differing


def row(data, size=None):
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"x.so,sha256={digest},{len(data) if size is None else size}\nRECORD,,\n"


@pytest.mark.parametrize(("said", "size"), [(b"two", None), (b"twp", None), (b"two", 4)])
def test_a_digest_or_size_that_is_wrong_on_one_side_is_not_explained(told, causes, said, size):
    beside = Beside(lambda name: name == "x.so", read=lambda side, name: (b"one", b"two")[side])
    result = told(row(b"one"), row(said, size), "x-1.dist-info/RECORD", beside=beside)
    assert (result.ledger.totals.unexplained.most == 0) is (said == b"two" and size is None)
    assert ("content-hash" in causes(result)) is (said == b"two")


@pytest.mark.parametrize(
    ("line", "others", "explained"),
    [
        ("Installed-Size: {}", (True, False), False),
        ("Installed-Size: {}", (True, True), True),
        ("pkgname = x\ndatahash = " + "{:064}", (True, False), True),
        ("pkgname = x\ndatahash = " + "{:064}", (False, False), False),
        ("pkgname = x\nsize = {}", (True, False), False),
    ],
)
def test_what_covers_all_files_follows_where_any_differs(told, causes, line, others, explained):
    result = told(line.format(20), line.format(24), "control", beside=Beside(others=lambda: others))
    assert causes(result) == ({"content-hash": "certain"} if explained else {})
    assert (result.ledger.totals.unexplained.most == 0) is explained


def test_sums_and_sizes_of_a_package(told, causes):
    sums = "d41d8cd98f00b204e9800998ecf8427e  usr/bin/x\n"
    assert causes(told(sums, sums.replace("e  usr", "f  usr"), "md5sums")) == {"content-hash": "likely"}
    control = "Package: x\nInstalled-Size: {}\nHomepage: https://x.example\n"
    assert causes(told(control.format(20), control.format(24), "control")) == {"content-hash": "likely"}


def test_the_date_of_a_manual_page(told, causes):
    page = '.\\" DO NOT MODIFY THIS FILE!\n.TH GREP 1 "{}" "GNU grep" "User Commands"\n.SH NAME\n'
    result = told(page.format("March 2026"), page.format("April 2026"), "grep.1")
    assert result.plain.kind == "manual page"
    assert causes(result) == {"build-time": "likely"}
    assert result.findings[0].faces == ("time-in-generated-file",)
    iso = told(page.format("2026-03-01"), page.format("2026-04-02"), "grep.1")
    assert iso.findings[0].faces == ("time-in-generated-file",)


BOM = {
    "serialNumber": "urn:uuid:0b6e4f54-5d0c-4f0e-9a5e-1f2d8f3c7a10",
    "metadata": {
        "timestamp": "2026-03-01T12:00:00.123Z",
        "component": {"bom-ref": "path+file:///home/ci/b1#pkg@0.1.0", "name": "pkg"},
    },
}


@pytest.mark.parametrize("indent", [None, 2])
def test_an_sbom_in_a_wheel_has_three_roots(told, causes, indent):
    a = json.dumps(BOM, indent=indent)
    b = a.replace("0b6e4f54-5d0c-4f0e-9a5e", "c1f0a8b7-93ad-4b27-8c55").replace("/home/ci/b1", "/tmp/b22")
    b = b.replace("2026-03-01T12:00:00.123Z", "2026-03-02T12:10:07.456Z")
    result = told(a, b, "pkg-0.1.0.dist-info/sboms/pkg.cyclonedx.json")
    assert set(causes(result)) == {"random-value", "build-time", "build-path"}
    assert result.ledger.totals.unexplained.most == 0


def test_keys_of_json_in_another_order_are_no_other_source(told, causes):
    keys = ["delta", "alpha", "kilo", "echo", "lima", "mike"]
    a, b = (json.dumps({key: key * 2 for key in order}) for order in (keys, [keys[i] for i in (3, 0, 5, 2, 4, 1)]))
    result = told(a, b, "x.json")
    assert "hash-order" in causes(result)
    assert "certain" not in causes(result).values()


def test_a_value_of_json_is_an_input(told, causes):
    assert set(causes(told('{"level": "fast mode"}', '{"level": "slow mode please"}', "x.json"))) == {"source-change"}


def test_a_pdf_tells_when_it_was_made(told, causes):
    page = "%PDF-1.5\n%\0\n1 0 obj\n<< /CreationDate (D:{}) /Title (x) >>\nendobj\n"
    assert set(causes(told(page.format("20260301120000Z"), page.format("20260302130109Z"), "x.pdf"))) == {"build-time"}


def test_a_path_in_bytes_that_nobody_reads(told, causes):
    a, b = (b"\xca\xfe\xba\xbe\0\0\0\x34\1\0" + bytes([len(path)]) + path + b"\1\0\4Code" for path in PATHS)
    result = told(a, b, "A.class")
    assert set(causes(result)) == {"build-path"}
    assert result.ledger.totals.unexplained.most == 1


PATHS = (b"/home/ci/b1/src/A.java", b"/tmp/bb/src/A.java")


@pytest.mark.parametrize("head", [b"", b"SQLite format 3\0", b"\x1f\x8b\x08\0"])
def test_bytes_of_no_known_kind_are_not_looked_into(told, head):
    sides = [head + bytes(range(256)), head + bytes(range(255)) + b"\0"]
    result = told(*sides, name="data.bin")
    assert not result.findings
    assert result.plain.first.offset == 255 + len(head)
    assert result.ledger.totals.unexplained == result.ledger.totals.differing


def test_a_plain_entry_has_one_first_difference_and_no_more(told):
    result = told("\n".join(f"line {i} of a" for i in range(3000)), "\n".join(f"line {i} of b" for i in range(3000)))
    assert result.plain.first.line == 1
    assert len(result.facts) <= 200
    assert result.ledger.totals.input == result.ledger.totals.differing


def test_a_date_on_every_page_is_owned_on_every_page(told, causes):
    a, b = ("\n".join(f"page {i} written {day} 12:01:09" for i in range(900)) for day in ("2026-03-01", "2026-03-02"))
    result = told(a, b)
    assert set(causes(result)) == {"build-time"}
    assert result.ledger.totals.payload == result.ledger.totals.differing


def test_names_that_hold_a_build_id_follow_from_it(told, causes):
    line = "{}  usr/lib/debug/.build-id/{}/{}.debug\n"
    a = line.format("9e107d9d372bb6826bd81d3542a419d6", "a2", "f9daae689054797fac3544e41618a1159463f6")
    b = line.format("e4d909c290d0fb1ca068ffaddf22cbd0", "1b", "c1daae689054797fac3544e41618a1159463aa")
    assert set(causes(told(a, b, "DEBIAN/md5sums"))) == {"content-hash"}
    ids = "Build-Ids: {}\nPackage: x-dbgsym\n"
    a, b = (ids.format(word * 20) for word in ("a2", "1b"))
    assert set(causes(told(a, b, "DEBIAN/control"))) == {"content-hash"}


LOG = "x (2-1) unstable; urgency=medium\n\n  * New.\n\n -- A <a@a>  Mon, 01 Jan 2024 00:00:00 +0000\n\n"
CUT = (
    "# Older entries have been removed from this changelog.\n# To read the complete changelog use `apt changelog x`.\n"
)


def test_a_changelog_that_debhelper_cut_is_another_debhelper_and_no_source(told, causes):
    older = LOG.replace("2-1", "1-1")
    result = told(LOG + older, LOG + CUT, "usr/share/doc/x/changelog.Debian")
    assert causes(result) == {"toolchain-version": "certain"}
    assert result.ledger.totals.unexplained.most == 0
    edited = told(LOG + older, LOG.replace("New", "Old") + CUT, "usr/share/doc/x/changelog.Debian")
    assert "source-change" in causes(edited)


def test_the_library_that_a_package_asks_for_is_a_dependency_and_no_source(told, causes):
    control = "Package: x\nVersion: {}\nInstalled-Size: 7\nDepends: libc6 (>= {}), x-data (= {})\n"
    result = told(control.format("1-1", "2.33", "1-1"), control.format("1-1", "2.34", "1-1"), "DEBIAN/control")
    assert causes(result) == {"dependency-version": "certain"}
    assert result.findings[0].summary == "libc6 (>= 2.33) became (>= 2.34)"
    own = told(control.format("1-1", "2.34", "1-1"), control.format("1-2", "2.34", "1-2"), "DEBIAN/control")
    assert "dependency-version" not in causes(own)
