"""Two containers compared: roots, classes that add up, mirrors, and what nobody may excuse."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import lzma
import os
import random
import tarfile
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.fuzz_containers import Pipe
from elfdiff.containers.limits import Limits
from elfdiff.containers.model import Entry, EntryKind
from elfdiff.containers.pairing import Identity, pair_entries
from elfdiff.errors import ElfdiffError
from elfdiff.outcome import settled
from elfdiff.render.jsonreport import render_json, render_spans
from elfdiff.render.style import TextStyle
from elfdiff.render.text import render_text
from elfdiff.report import Classes, Role, Verdict
from elfdiff.tree import PairedBy, Plain, Status, Tree
from elfdiff.trees.ledger import CLASSES, total
from elfdiff.trees.options import TreeOptions
from elfdiff.trees.paths import compare_paths

NOISE = random.Random(1).randbytes(3000)
A = {"bin/app": NOISE, "etc/x.conf": b"prefix=/home/ci/build-1/x\nlib=/home/ci/build-1/x/lib\n", "same": b"equal\n"}
B = {"bin/app": NOISE, "etc/x.conf": b"prefix=/tmp/b2/x\nlib=/tmp/b2/x/lib\n", "same": b"equal\n"}


def compared(tmp_path: Path, a: bytes, b: bytes, options: TreeOptions | None = None) -> Tree:
    for name, data in (("a", a), ("b", b)):
        (tmp_path / name).write_bytes(data)
    found = compare_paths(str(tmp_path / "a"), str(tmp_path / "b"), options or TreeOptions())
    assert isinstance(found, Tree)
    return found


def mirrored(classes: Classes) -> Classes:
    return Classes(**{name: replace(s, a=s.b, b=s.a) for name in CLASSES for s in [getattr(classes, name)]})


def xz_of(data: bytes) -> bytes:
    return lzma.compress(data, preset=6)


def pairs(made: Any) -> dict[str, tuple[bytes, bytes]]:
    return {
        "tar": (made.tar(A, 1_700_000_000), made.tar(B, 1_700_000_777)),
        "tar.gz": tuple(gzip.compress(made.tar(files, when), mtime=when) for files, when in ((A, 1), (B, 2))),
        "tar.xz": (xz_of(made.tar(A)), xz_of(made.tar(B))),
        "zip": (made.zip(A, 2020), made.zip(B, 2021)),
        "deb": (made.deb(A, 1), made.deb(B, 2)),
        "deb of xz": (made.deb(A, 1, xz_of), made.deb(B, 2, xz_of)),
        "order": (made.tar(A), made.tar(dict(reversed(A.items())))),
        "nested": (made.tar({"x.zip": made.zip(A)}), made.tar({"x.zip": made.zip(B, 2021)})),
    }


KINDS = ["tar", "tar.gz", "tar.xz", "zip", "deb", "deb of xz", "order", "nested"]


@pytest.mark.parametrize("kind", KINDS)
def test_laws_of_the_ledger(tmp_path: Path, made: Any, kind: str) -> None:
    a, b = pairs(made)[kind]
    tree, back = compared(tmp_path, a, b), compared(tmp_path, b, a)
    ledger = tree.ledger
    assert ledger is not None
    assert back.ledger is not None
    assert total(row.classes for row in ledger.rows) == ledger.totals
    parts = [getattr(ledger.totals, name) for name in CLASSES[1:7]]
    assert sum(parts[1:], parts[0]) == ledger.totals.differing
    assert replace(mirrored(back.ledger.totals), moved=ledger.totals.moved) == ledger.totals
    assert {item.finding.cause for item in tree.findings} == {item.finding.cause for item in back.findings}
    assert ledger.totals.unexplained.most == 0
    assert tree.verdict is Verdict.EXPLAINED


@pytest.mark.parametrize("kind", [*KINDS, "directory"])
def test_spans_of_entries_add_up_with_those_of_the_container(tmp_path: Path, made: Any, kind: str) -> None:
    if kind in KINDS:
        tree = compared(tmp_path, *pairs(made)[kind])
    else:
        for side, files in (("a", A), ("b", {**B, "lone": b"only here\n"})):
            (tmp_path / side).mkdir()
            for name, data in files.items():
                (tmp_path / side / name.replace("/", "-")).write_bytes(data)
            (tmp_path / side / "link").symlink_to("same" if side == "a" else "lone")
        found = compare_paths(str(tmp_path / "a"), str(tmp_path / "b"), TreeOptions())
        assert isinstance(found, Tree)
        tree = found
    assert tree.ledger is not None
    sums: Counter[tuple[str, str]] = Counter()
    for line in render_spans(tree).splitlines():
        run = json.loads(line)
        sums[run["side"], run["owner"]] += run["length"]
    for name in CLASSES[1:7]:
        classes = getattr(tree.ledger.totals, name)
        assert (sums["a", name], sums["b", name]) == (classes.a, classes.b), name


@pytest.mark.parametrize("kind", ["deb", "zip"])
def test_the_same_bytes_for_any_number_of_jobs(tmp_path: Path, made: Any, kind: str) -> None:
    files = [{f"f{i}": f"{i} built in {where}/src/main.c\n".encode() for i in range(9)} for where in ("/a/b", "/c/dd")]
    maker = getattr(made, kind)
    one, four = (compared(tmp_path, maker(files[0]), maker(files[1]), TreeOptions(jobs=jobs)) for jobs in (1, 4))
    assert render_json(one, True, True) == render_json(four, True, True)


def test_a_planted_edit_is_never_a_consequence(tmp_path: Path, made: Any) -> None:
    draw = random.Random(7)
    for kind in ("tar", "zip", "deb of xz"):
        a, b = pairs(made)[kind]
        before = compared(tmp_path, a, b)
        for _ in range(12):
            at = draw.randrange(len(b))
            edited = bytearray(b)
            edited[at] ^= 1 << draw.randrange(8)
            try:
                tree = compared(tmp_path, a, bytes(edited))
            except ElfdiffError:
                continue
            assert before.ledger is not None
            assert tree.ledger is None or tree.ledger.totals != before.ledger.totals or tree.exit == 2, (kind, at)


def test_files_on_one_side_are_inputs(tmp_path: Path, made: Any) -> None:
    tree = compared(tmp_path, made.tar(A), made.tar({**A, "more": NOISE[:2000][::-1]}))
    assert tree.verdict is Verdict.INPUTS_DIFFER
    assert tree.counts[Status.ADDED] == 1
    assert tree.ledger is not None
    assert tree.ledger.totals.unexplained.most == 0


def test_names_that_changed_are_paired(tmp_path: Path, made: Any) -> None:
    text = b"".join(b"line %d of a long text\n" % i for i in range(200))
    a = {"x-1.2/bin": NOISE, "old": NOISE[::-1], "lib/libz-1a2b3c4d.so": b"one", "a.txt": text}
    b = {"x-1.3/bin": NOISE, "new": NOISE[::-1], "lib/libz-5a6b7c8d.so": b"two", "b.txt": text + b"end\n"}
    found = {entry.name: entry for entry in compared(tmp_path, made.tar(a), made.tar(b)).entries}
    assert found["x-1.2/bin"].paired_by is PairedBy.REWRITE
    assert found["x-1.2/bin"].status is Status.RENAMED
    assert found["old"].paired_by is PairedBy.CONTENT
    assert found["lib/libz-1a2b3c4d.so"].paired_by is PairedBy.REWRITE
    assert found["a.txt"].paired_by is PairedBy.LIKENESS


def test_directories(tmp_path: Path) -> None:
    for side, files in (("a", A), ("b", B)):
        for name, data in files.items():
            path = tmp_path / side / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            os.utime(path, (1, 1) if side == "a" else (9, 9))
        (tmp_path / side / "link").symlink_to("same" if side == "a" else "../elsewhere")
        (tmp_path / side / "loop").symlink_to(".")
    os.chmod(tmp_path / "b" / "same", 0o600)
    os.chmod(tmp_path / "a" / "same", 0o644)
    tree = compare_paths(str(tmp_path / "a"), str(tmp_path / "b"), TreeOptions())
    assert isinstance(tree, Tree)
    states = {entry.name: entry.status for entry in tree.entries}
    assert states["same"] is Status.METADATA
    assert states["bin/app"] is Status.SAME
    assert states["etc/x.conf"] is states["link"] is Status.CHANGED
    assert states["loop"] is Status.SAME
    with_times = compare_paths(str(tmp_path / "a"), str(tmp_path / "b"), TreeOptions(metadata=True))
    assert isinstance(with_times, Tree)
    assert with_times.counts[Status.METADATA] > tree.counts[Status.METADATA]
    alone = compare_paths(str(tmp_path / "a"), str(tmp_path / "b"), TreeOptions(only=("*.conf",)))
    assert isinstance(alone, Tree)
    assert [entry.name for entry in alone.entries] == ["etc/x.conf"]


def test_globs_never_make_different_things_the_same_byte_for_byte(tmp_path: Path, made: Any) -> None:
    options = TreeOptions(only=("same",))
    tree = compared(tmp_path, made.tar(A), made.tar(B), options)
    assert tree.exit == 0
    text = " ".join(render_text(tree, TextStyle(), tree.exit).split())
    assert "byte for byte" not in text
    assert "left out 2 of 3 entries" in text
    with pytest.raises(ElfdiffError, match="leave no entry to compare"):
        compared(tmp_path, made.tar(A), made.tar(B), TreeOptions(only=("nothing",)))
    with pytest.raises(ElfdiffError, match="leave no entry to compare"):
        compared(tmp_path, made.tar(A), made.tar(B), TreeOptions(exclude=("*",)))
    assert compared(tmp_path, b"one\n", b"two\n", TreeOptions(only=("*.so",))).exit == 1
    packed = [gzip.compress(data, mtime=0) for data in (b"one\n", b"two\n")]
    assert compared(tmp_path, packed[0], packed[1], TreeOptions(exclude=("*",))).exit == 1


@pytest.mark.parametrize("turned", [False, True])
def test_a_tar_cut_between_two_entries_lacks_no_file_for_certain(tmp_path: Path, made: Any, turned: bool) -> None:
    whole = made.tar({"x": b"1", "y": b"2"})
    a, b = (whole[:1024], whole) if turned else (whole, whole[:1024])
    tree = compared(tmp_path, a, b)
    assert tree.exit == 1
    assert settled(tree).exit == 2
    assert tree.findings == ()
    assert "behind x without the blocks of zeros" in (tree.unfinished or "")
    assert (tree.unfinished or "").startswith("a: " if turned else "b: ")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_wrong_number_of_a_zip_never_follows(tmp_path: Path, made: Any, method: int) -> None:
    """Every field that a writer computes, in the local header, the central one and the end."""
    a, b = made.zip(A, 2020, method), made.zip({**A, "same": b"other\n"}, 2020, method)
    before = compared(tmp_path, a, b)
    assert before.ledger is not None
    local, central, end = b.rindex(b"PK\3\4"), b.rindex(b"PK\1\2"), b.rindex(b"PK\5\6")
    fields = [(local, 14, 30), (central, 16, 34), (central, 42, 46), (end, 8, 22)]
    for start, first, last in fields:
        for at in range(start + first, start + last):
            edited = bytearray(b)
            edited[at] ^= 1
            try:
                tree = compared(tmp_path, a, bytes(edited))
            except ElfdiffError:
                continue
            assert tree.ledger is not None
            left = tree.ledger.totals.unexplained.most > before.ledger.totals.unexplained.most
            assert left or tree.exit == 2, at - start


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("wide", [True, False])
def test_a_data_descriptor_follows_where_it_is_right(tmp_path: Path, signed: bool, wide: bool) -> None:
    def streamed(text: bytes) -> bytes:
        out = Pipe()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            info = zipfile.ZipInfo("x", (2020, 1, 2, 3, 4, 6))
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=wide) as file:
                file.write(text)
        made = out.getvalue()
        if signed:
            return made
        # Writers before APPNOTE 6.3.2 leave the signature out; the directory then begins four bytes earlier.
        start = int.from_bytes(made[-6:-2], "little") - 4
        return made[:-6].replace(b"PK\7\x08", b"") + start.to_bytes(4, "little") + made[-2:]

    a, b = streamed(b"one\n"), streamed(b"built in /srv/b2/x\n")
    tree = compared(tmp_path, a, b)
    assert tree.ledger is not None
    assert tree.ledger.totals.unexplained.most == 0
    at = b.index(b"PK\1\2") - 4
    tree = compared(tmp_path, a, b[:at] + bytes((b[at] ^ 1,)) + b[at + 1 :])
    assert tree.exit == 2 or (tree.ledger is not None and tree.ledger.totals.unexplained.most)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("other", ["same", "other"])
def test_stored_and_deflated_entries_are_one_cause(tmp_path: Path, made: Any, other: str, turned: bool) -> None:
    files = A if other == "same" else {**A, "same": b"another\n"}
    sides = [made.zip(A, 2020, zipfile.ZIP_STORED), made.zip(files, 2020, zipfile.ZIP_DEFLATED)]
    tree = compared(tmp_path, *(sides[::-1] if turned else sides))
    assert tree.ledger is not None
    assert tree.ledger.totals.unexplained.most == 0
    found = {item.finding.cause: item.finding.summary for item in tree.findings}
    assert set(found) - {"source-change"} == {"archive-metadata"}
    assert ("source-change" in found) == (other == "other") == (tree.ledger.totals.input.most > 0)
    assert ("deflated became stored" if turned else "stored became deflated") in found["archive-metadata"]


def test_a_part_of_a_package_by_another_codec_is_one_cause(tmp_path: Path, made: Any) -> None:
    for a, b, words in (
        (made.deb(A), made.deb(A, packed=xz_of), "gzip became xz"),
        (made.deb(A, packed=xz_of), made.deb(B), "xz became gzip"),
        (gzip.compress(made.tar(A)), lzma.compress(made.tar(A)), "gzip became xz"),
    ):
        tree = compared(tmp_path, a, b)
        assert tree.ledger is not None
        assert tree.ledger.totals.unexplained.most == 0
        assert tree.verdict is Verdict.EXPLAINED
        summaries = {item.finding.cause: item.finding.summary for item in tree.findings}
        assert words in summaries["archive-metadata"]


def test_a_tar_without_its_end_mark_is_told(tmp_path: Path, made: Any) -> None:
    whole = made.tar({"x": b"1", "y": b"2"})
    tree = compared(tmp_path, whole, whole[:2048])
    assert tree.unfinished is None
    assert any("b: the tar ends behind y" in note for note in tree.notes)


def test_an_archive_of_nothing_lacks_files(tmp_path: Path, made: Any) -> None:
    for pack in (bytes, gzip.compress, lzma.compress):
        tree = compared(tmp_path, pack(made.tar({"x": b"1"})), pack(made.tar({})))
        assert [item.finding.cause for item in tree.findings] == ["file-set"]
    assert compared(tmp_path, bytes(1024), b"x" * 1024).incomparable is None


def test_a_tar_cut_in_its_padding_is_damaged_and_lacks_no_file(tmp_path: Path, made: Any) -> None:
    whole = made.tar({"x": b"1", "y": b"2"})
    with pytest.raises(ElfdiffError, match="0x0 ends too early"):
        compared(tmp_path, whole, whole[:700])


def test_a_package_without_its_files_is_damaged_and_lacks_no_file(tmp_path: Path, made: Any) -> None:
    whole = made.deb(A)
    with pytest.raises(ElfdiffError, match="has no data"):
        compared(tmp_path, whole, whole[: whole.index(b"data.tar")])


@pytest.mark.parametrize("kind", KINDS[:6])
def test_a_part_of_a_package_is_compared_alone(tmp_path: Path, made: Any, kind: str) -> None:
    a, b = pairs(made)[kind]
    tree = compared(tmp_path, a, b, TreeOptions(only=("*.conf",)))
    assert [entry.name for entry in tree.entries] == ["etc/x.conf"]
    assert all(name != "bin/app" for finding in tree.findings for name in finding.names)


def test_a_damaged_entry_fails_and_the_rest_is_told(tmp_path: Path, made: Any) -> None:
    good, bad = gzip.compress(b"text one\n", mtime=0), bytearray(gzip.compress(b"text two\n", mtime=0))
    bad[-3] ^= 1
    tree = compared(tmp_path, made.tar({"x.gz": good, **A}), made.tar({"x.gz": bytes(bad), **B}))
    states = {entry.name: entry for entry in tree.entries}
    assert states["x.gz"].status is Status.FAILED
    assert "checksum" in (states["x.gz"].error or "")
    assert states["etc/x.conf"].causes
    assert tree.exit == 2


def test_a_nested_container_over_a_limit_fails_alone(tmp_path: Path, made: Any) -> None:
    inner = [made.zip({f"{i}": b"x" * (n + 1) for i in range(9)}) for n in (0, 1)]
    tree = compared(
        tmp_path, made.tar({"z": inner[0]}), made.tar({"z": inner[1]}), TreeOptions(limits=Limits(entries=5))
    )
    assert tree.entries[0].status is Status.FAILED
    assert "more than 5 entries" in (tree.entries[0].error or "")


def test_a_limit_names_the_side_and_the_way_to_the_entry(tmp_path: Path, made: Any) -> None:
    inner = [gzip.compress(bytes(300_000) + end, mtime=0) for end in (b"a", b"b")]
    outer = [made.tar({"d/x.tgz": gzip.compress(made.tar({"y.gz": data}), mtime=0)}) for data in inner]
    tree = compared(tmp_path, *outer, TreeOptions(limits=Limits(ratio_from=100_000, ratio=10)))
    assert (tree.entries[0].error or "").startswith(f"a: {tmp_path}/a: d/x.tgz: y.gz: ")


def test_an_entry_over_the_limit_fails_alone(tmp_path: Path, made: Any) -> None:
    for pack in (made.tar, made.zip):
        sides = [pack({"big": bytes(3000) + end, "x.conf": b"prefix=/" + end}) for end in (b"a", b"b")]
        tree = compared(tmp_path, *sides, TreeOptions(limits=Limits(entry_bytes=3000)))
        states = {entry.name: entry for entry in tree.entries}
        assert states["big"].error == f"a: {tmp_path}/a: big has 3001 bytes, and the limit is 3000"
        assert states["x.conf"].status is Status.CHANGED


def test_what_lies_deeper_than_the_limit_is_told(tmp_path: Path, made: Any) -> None:
    sides = [made.tar({"y.tar": made.tar({"x.tar": made.tar({"t": text})})}) for text in (b"one\n", b"two\n")]
    tree = compared(tmp_path, *sides, TreeOptions(limits=Limits(depth=2)))
    assert any(note.startswith("y.tar: x.tar: it holds entries, more than 2 levels deep") for note in tree.notes)


def test_hard_links_in_another_order_are_no_other_inputs(tmp_path: Path) -> None:
    archives = []
    for names in (("x", "y"), ("y", "x")):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            first, second = tarfile.TarInfo(names[0]), tarfile.TarInfo(names[1])
            first.size, second.type, second.linkname = 4, tarfile.LNKTYPE, names[0]
            archive.addfile(first, io.BytesIO(b"data"))
            archive.addfile(second)
        archives.append(out.getvalue())
    tree = compared(tmp_path, archives[0], archives[1])
    assert tree.verdict is Verdict.EXPLAINED
    assert [item.finding.cause for item in tree.findings if item.finding.role is Role.ROOT] == ["file-order"]
    assert tree.ledger is not None
    assert tree.ledger.totals.unexplained.most == 0


@pytest.mark.parametrize("kind", [tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_a_size_of_what_has_no_contents_follows_from_nothing(tmp_path: Path, made: Any, kind: bytes) -> None:
    a, b = (made.tar(A, when, links={"s": (kind, "x")}) for when in (1, 2))
    at = b.rindex(b"ustar") - 257
    size = b[:at] + b[at:].replace(b"00000000000\0", b"00000000007\0", 1)
    block = size[at : at + 512]
    total = sum(block) - sum(block[148:156]) + 256
    tree = compared(tmp_path, a, size[: at + 148] + b"%06o" % total + size[at + 154 :])
    assert tree.ledger is not None
    assert tree.ledger.totals.unexplained.most == 1


def test_a_digest_of_a_hard_link_is_that_of_its_file(tmp_path: Path, made: Any) -> None:
    def side(text: bytes, other: bytes) -> bytes:
        sums = b"".join(
            b"%s  %s\n" % (hashlib.md5(data).hexdigest().encode(), n) for n, data in ((b"x", text), (b"y", other))
        )
        return made.tar({"x": text, "md5sums": sums}, links={"y": (tarfile.LNKTYPE, "x")})

    a = side(b"built in /home/ci/build-1/x\n", b"built in /home/ci/build-1/x\n")
    tree = compared(tmp_path, a, side(b"built in /srv/b2/x\n", b"built in /srv/b2/x\n"))
    assert tree.ledger is not None
    assert tree.ledger.totals.unexplained.most == 0
    tree = compared(tmp_path, a, side(b"built in /home/ci/build-1/x\n", b"other"))
    assert tree.ledger is not None
    assert (
        tree.ledger.totals.hash.most == tree.ledger.totals.consequence.most == 0 < tree.ledger.totals.unexplained.most
    )


def test_another_file_behind_hard_links_is_no_order(tmp_path: Path, made: Any) -> None:
    hard = {"y": (tarfile.LNKTYPE, "x"), "z": (tarfile.LNKTYPE, "x")}
    other = {"y": (tarfile.LNKTYPE, "x"), "z": (tarfile.LNKTYPE, "w")}
    files = {"w": b"one\n", "x": b"two\n"}
    tree = compared(tmp_path, made.tar(files, links=hard), made.tar(files, links=other))
    assert [item.finding.cause for item in tree.findings if item.finding.role is Role.INPUT] == ["link-target"]
    assert tree.ledger is not None
    assert tree.ledger.totals.unexplained.most == 0


@pytest.mark.parametrize(
    ("a", "b", "role", "cause"),
    [
        ("x", "w", "input", "link-target"),
        ("libz.so.1.2.13", "libz.so.1.3.1", "input", "link-target"),
        ("/home/ci/build-1/x/lib/q", "/tmp/b2/x/lib/q", "root", "build-path"),
    ],
)
def test_a_link_is_named_with_both_targets(tmp_path: Path, made: Any, a: str, b: str, role: str, cause: str) -> None:
    tree = compared(tmp_path, *(made.tar(A, links={"s": (tarfile.SYMTYPE, target)}) for target in (a, b)))
    assert [(item.finding.cause, item.finding.role.value) for item in tree.findings][:1] == [(cause, role)]
    entry = next(entry for entry in tree.entries if entry.name == "s")
    assert isinstance(entry.report, Plain)
    assert entry.report.first is not None
    assert (entry.report.first.a, entry.report.first.b) == (a, b)
    assert tree.ledger is not None
    assert tree.ledger.totals.unexplained.most == 0
    assert (tree.ledger.totals.root.most > 0) == (role == "root")


def test_a_link_to_what_was_renamed_follows(tmp_path: Path, made: Any) -> None:
    sides = [
        made.tar({f"lib/libz-{v}.so": NOISE}, links={"lib/libz.so": (tarfile.SYMTYPE, f"libz-{v}.so")})
        for v in ("1.2.13", "1.3.1")
    ]
    tree = compared(tmp_path, *sides)
    assert [(item.finding.cause, item.finding.faces) for item in tree.findings] == [("file-set", ("files-renamed",))]
    assert tree.ledger is not None
    assert tree.ledger.totals.unexplained.most == 0
    assert tree.ledger.totals.consequence.most > 0


def test_a_name_written_in_two_ways_is_no_rename(tmp_path: Path, made: Any) -> None:
    tree = compared(tmp_path, made.tar({"x": b"1\n"}), made.tar({"./x": b"1\n"}))
    assert [item.finding.cause for item in tree.findings] == ["archive-metadata"]


def test_debug_files_are_not_paired_by_their_directory() -> None:
    """Two build IDs may begin with the same byte: the figlet of one build and the chkfont of another did."""
    paths = [
        [f".build-id/65/{'0a' * 19}.debug", f".build-id/83/{'0b' * 19}.debug"],
        [f".build-id/60/{'0c' * 19}.debug", f".build-id/83/{'0d' * 19}.debug"],
    ]
    contents = [{paths[0][0]: b"figlet", paths[0][1]: b"chkfont"}, {paths[1][0]: b"chkfont", paths[1][1]: b"figlet"}]
    a, b = (
        [Entry(name, EntryKind.FILE, len(data), lambda data=data: data) for name, data in side.items()]
        for side in contents
    )
    found = pair_entries(
        a, b, lambda data: Identity(data + str(len(data)).encode(), None, (data.decode(),)), lambda x, y: ()
    )
    assert [(pair.a, pair.b) for pair in found] == [(0, 1), (1, 0)]


def test_each_member_of_a_gzip_file_is_a_stream_of_its_own_contents(tmp_path: Path) -> None:
    both = [
        b"".join(gzip.compress(b"line %d of %s\n" % (n, side), mtime=0) for n in range(5)) for side in (b"a", b"bb")
    ]
    tree = compared(tmp_path, *both)
    assert tree.notes == ()
    assert tree.ledger is not None
    assert tree.ledger.totals.unexplained.most == 0
