"""Pairs of ELF files that carry something: the causes inside are named, and nothing is guessed beside them."""

from __future__ import annotations

import gzip
import hashlib
import io
import marshal
import random
import shutil
import struct
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from benchmarks.carried import COOKIE, carchive, deno, modules_zip, par, pyz, sea
from elfdiff.containers.limits import Limits
from elfdiff.containers.opening import open_bytes
from elfdiff.errors import ElfdiffError
from elfdiff.report import Report, Verdict
from elfdiff.trees.options import TreeOptions
from elfdiff.trees.paths import compare_paths


def compared(tmp_path: Path, a: bytes, b: bytes) -> Report:
    for name, data in (("a", a), ("b", b)):
        (tmp_path / name).write_bytes(data)
    found = compare_paths(str(tmp_path / "a"), str(tmp_path / "b"), TreeOptions())
    assert isinstance(found, Report)
    return found


def causes(report: Report) -> dict[str, str]:
    return {f.cause: f.confidence.value for f in report.findings if f.role.value != "consequence"}


def left(report: Report) -> int:
    assert report.ledger is not None
    return report.ledger.totals.unexplained.most


def note(make: Any, blob: bytes) -> bytes:
    words = struct.pack("<III", 14, len(blob), 0) + b"NODE_SEA_BLOB\0\0\0" + blob
    start = len(make(segments=[{"type": 4}]))
    segment = {"type": 4, "offset": start, "file_size": len(words), "memory_size": len(words), "alignment": 4}
    return bytes(make(segments=[segment], tail=words))


BASE = ["encodings/__init__.pyc", "codecs.pyc", "io.pyc", "re/__init__.pyc", "types.pyc", "os.pyc"]


def test_pyinstaller_modules_in_another_order(tmp_path: Path, make: Any, part: Any) -> None:
    a, b = (
        make([part("pydata", carchive({"base_library.zip": modules_zip(names), "app": b"print()"}))])
        for names in (BASE, [BASE[0], *reversed(BASE[1:])])
    )
    report = compared(tmp_path, a, b)
    assert causes(report) == {"hash-order": "certain"}
    assert report.verdict is Verdict.EXPLAINED
    assert any("PYTHONHASHSEED=0" in fix.action.line for fix in report.findings[0].fixes)


def test_pyinstaller_code_of_another_directory(tmp_path: Path, make: Any, part: Any) -> None:
    sides = []
    for top in ("/home/one/app", "/srv/builds/another/app"):
        modules = {name: marshal.dumps(compile("x = 1", f"{top}/{name}.py", "exec")) for name in ("first", "second")}
        sides.append(make([part("pydata", carchive({"PYZ.pyz": pyz(modules)}))]))
    report = compared(tmp_path, *sides)
    assert set(causes(report)) == {"build-path"}


def test_another_script_is_no_order(tmp_path: Path, make: Any, part: Any) -> None:
    a, b = (make([part("pydata", carchive({"app": text}))]) for text in (b"print(1)\n" * 9, b"print(2)\n" * 9))
    assert not {"hash-order", "file-order", "build-path", "post-processing"} & set(causes(compared(tmp_path, a, b)))


def test_deno_keeps_the_times_of_sources(tmp_path: Path, make: Any, part: Any) -> None:
    a, b = (make([part(".note.sui", deno(millis))]) for millis in (1772366400123, 1772452861000))
    report = compared(tmp_path, a, b)
    assert causes(report) == {"file-times": "certain"}
    assert left(report) == 0


def test_another_cache_of_one_script_is_a_seed(tmp_path: Path, make: Any) -> None:
    script = b"console.log(1)\n"
    report = compared(tmp_path, *(note(make, sea(script, hashlib.sha256(seed).digest() * 4)) for seed in (b"1", b"2")))
    assert causes(report) == {"random-seed": "certain"}
    assert left(report) == 0


def test_another_script_has_another_cache(tmp_path: Path, make: Any) -> None:
    sides = (note(make, sea(b"console.log(%s)\n" % seed, hashlib.sha256(seed).digest() * 4)) for seed in (b"1", b"2"))
    assert "random-seed" not in causes(compared(tmp_path, *sides))


@pytest.mark.parametrize("place", ["section", "tail"])
def test_a_tar_in_a_gzip_holds_times(place: str, tmp_path: Path, make: Any, part: Any) -> None:
    sides = []
    for mtime in (1772366400, 1772452861):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            info = tarfile.TarInfo("data.txt")
            info.size, info.mtime = 9, mtime
            archive.addfile(info, io.BytesIO(b"some data"))
        packed = gzip.compress(out.getvalue(), mtime=0)
        sides.append(make([part("assets", packed)]) if place == "section" else make(tail=packed))
    report = compared(tmp_path, *sides)
    assert causes(report) == {"file-times": "certain"}
    assert left(report) == 0


@pytest.mark.parametrize("method", ["gzip", "xz", "zstd"])
def test_squashfs_holds_times(method: str, tmp_path: Path, make: Any) -> None:
    if shutil.which("mksquashfs") is None:
        pytest.skip("needs mksquashfs")
    tree = tmp_path / "tree"
    (tree / "usr").mkdir(parents=True)
    (tree / "usr" / "data").write_bytes(b"some data\n" * 5000)
    (tree / "link").symlink_to("usr/data")
    sides = []
    for time in (1772366400, 1772452861):
        image = tmp_path / f"{time}.sqfs"
        words = ["mksquashfs", tree, image, "-comp", method, "-all-root", "-quiet", "-no-progress", "-noappend"]
        done = subprocess.run([*words, "-mkfs-time", str(time), "-all-time", str(time)], capture_output=True)
        if done.returncode:
            pytest.skip(f"mksquashfs cannot make this: {done.stderr[-200:]!r}")
        sides.append(make(tail=image.read_bytes()))
    report = compared(tmp_path, *sides)
    assert causes(report) == {"file-times": "certain"}
    assert left(report) == 0
    assert "SOURCE_DATE_EPOCH" in report.findings[0].fixes[0].action.line


def test_names_in_squashfs_are_bytes(tmp_path: Path) -> None:
    if shutil.which("mksquashfs") is None:
        pytest.skip("needs mksquashfs")
    (tmp_path / "tree").mkdir()
    try:
        (tmp_path / "tree" / "\udcff").write_bytes(b"data")
    except OSError:
        pytest.skip("this file system takes no such name")
    image = tmp_path / "image"
    words = ["mksquashfs", tmp_path / "tree", image, "-all-root", "-quiet", "-no-progress"]
    subprocess.run(words, capture_output=True, check=True)
    container = open_bytes(image.read_bytes(), "x", Limits())
    assert container is not None
    assert [entry.path for entry in container.entries] == ["\udcff"]


def test_what_nobody_can_read_is_said_to_be_that(tmp_path: Path, make: Any, part: Any) -> None:
    """Chance likenesses of compressed bytes are no evidence, and a section of its own is no proof of objcopy."""
    a, b = (b"".join(hashlib.sha256(b"%d%d" % (seed, n)).digest() for n in range(300)) for seed in (1, 2))
    a, b = (side.replace(b"\0", b"A")[:4000] + b"&Wgru&Wgru" * (n + 1) for n, side in enumerate((a, b)))
    report = compared(tmp_path, make([part(".rackprog", a)]), make([part(".rackprog", b)]))
    assert causes(report) == {"appended-data": "certain"}


def test_a_damaged_archive_is_no_trouble(tmp_path: Path, make: Any, part: Any) -> None:
    whole = carchive({"app": b"print(1)\n" * 9})
    broken = bytearray(whole)
    broken[-COOKIE.size + 12 : -COOKIE.size + 16] = b"\xff\xff\xff\xff"
    report = compared(tmp_path, make([part("pydata", whole)]), make([part("pydata", bytes(broken))]))
    assert causes(report) == {"appended-data": "certain"}


def images(tmp_path: Path) -> dict[str, bytes]:
    made = {
        "CArchive": carchive(
            {"app": b"print(1)\n" * 9, "PYZ.pyz": pyz({"x": marshal.dumps(compile("1", "x", "exec"))})}
        ),
        "PYZ": pyz({"x": marshal.dumps(compile("x = 1", "x", "exec")), "y": b"\xe3" * 30}),
        "deno": deno(1772366400123),
        "SEA": sea(b"console.log(1)\n", b"cache" * 9),
        "PAR": par({"A.pm": b"1;\n", "B.pm": b"2;\n" * 9}),
    }
    if shutil.which("mksquashfs"):
        tree = tmp_path / "tree"
        (tree / "usr").mkdir(parents=True)
        (tree / "usr" / "data").write_bytes(b"some data\n" * 900)
        words = ["mksquashfs", tree, tmp_path / "image", "-all-root", "-quiet", "-no-progress"]
        subprocess.run(words, capture_output=True, check=True)
        made["squashfs"] = (tmp_path / "image").read_bytes()
    return made


def test_every_byte_is_covered_and_damage_ends_in_a_sentence(tmp_path: Path) -> None:
    for kind, data in images(tmp_path).items():
        container = open_bytes(data, kind, Limits())
        assert container is not None
        assert container.kind == kind
        assert all(isinstance(entry.read(), bytes) for entry in container.entries)
        draw, told = random.Random(kind), []
        for _ in range(150):
            damaged = bytearray(data[: draw.randrange(len(data) // 2, len(data) + 1)] if draw.random() < 0.3 else data)
            for _ in range(draw.randrange(1, 5)):
                damaged[draw.randrange(len(damaged))] = draw.randrange(256)
            try:
                found = open_bytes(bytes(damaged), kind, Limits())
                for layer in found.layers if found else ():
                    for piece in layer.pieces:
                        piece.fields()
                for entry in found.entries if found else ():
                    entry.read()
            except ElfdiffError as error:
                told.append(str(error))
        assert told
        assert all(kind in sentence for sentence in told)


def test_perl_files_in_another_order(tmp_path: Path, make: Any) -> None:
    files = {"A.pm": b"1;\n", "B.pm": b"2;\n" * 9, "C.pm": b"3;\n" * 4}
    report = compared(tmp_path, make(tail=par(files)), make(tail=par(dict(reversed(files.items())))))
    assert causes(report) == {"hash-order": "certain"}
    assert left(report) == 0
