"""Packages as people have them: programs, debug files beside them, archives, and what is asked of one."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import lzma
import shutil
import subprocess
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from elfdiff.cli.main import main
from elfdiff.containers.codecs import makes, shown_by
from elfdiff.errors import ElfdiffError
from elfdiff.report import Verdict
from elfdiff.tree import PairedBy, Status, Tree
from elfdiff.trees.options import TreeOptions
from elfdiff.trees.parallel import do_all
from elfdiff.trees.paths import compare_paths

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
Capture = pytest.CaptureFixture[str]


def sample(case: str) -> tuple[bytes, bytes]:
    return (SAMPLES / case / "a").read_bytes(), (SAMPLES / case / "b").read_bytes()


def written(tmp_path: Path, a: bytes, b: bytes) -> list[str]:
    for name, data in (("a.deb", a), ("b.deb", b)):
        (tmp_path / name).write_bytes(data)
    return [str(tmp_path / "a.deb"), str(tmp_path / "b.deb")]


def test_one_root_for_a_program_and_a_text(tmp_path: Path, made: Any, capsys: Capture) -> None:
    a, b = sample("build-path-file-macro")
    paths = written(tmp_path, made.deb({"usr/bin/app": a}), made.deb({"usr/bin/app": b}))
    assert main(paths) == 1
    shown = capsys.readouterr().out
    assert shown.splitlines()[-1].startswith(
        "elfdiff: result=explained causes=build-path unexplained=0 code=same entries=1"
    )
    assert "in usr/bin/app" in shown
    assert main([*paths, "-q"]) == 1
    assert capsys.readouterr().out.count("\n") == 1
    for form in ("json", "markdown", "github", "sarif", "html"):
        assert main([*paths, "-f", form]) == 1
        assert "build-path" in capsys.readouterr().out


def test_a_static_archive_in_a_tree_is_a_tree_of_members(tmp_path: Path, made: Any) -> None:
    a, b = sample("archive-metadata")
    tree = compare_paths(*written(tmp_path, made.deb({"lib/x.a": a}), made.deb({"lib/x.a": b})), TreeOptions())
    assert isinstance(tree, Tree)
    inner = next(entry.report for entry in tree.entries if entry.name == "lib/x.a")
    assert isinstance(inner, Tree)
    assert {entry.name for entry in inner.entries} == {"greeting.o", "main.o"}
    assert {entry.status for entry in inner.entries} == {Status.METADATA}
    assert "archive-metadata" in {item.finding.cause for item in tree.findings}


@pytest.mark.skipif(shutil.which("gcc") is None or shutil.which("objcopy") is None, reason="gcc and objcopy")
def test_debug_files_explain_stripped_ones(tmp_path: Path) -> None:
    for side in ("one", "another"):
        source, tree = tmp_path / side / "src", tmp_path / side / "tree"
        source.mkdir(parents=True)
        (tree / "bin").mkdir(parents=True)
        for name in ("x", "y"):
            (source / f"{name}.c").write_text(
                f"int {name}(int v) {{ return v + 1; }}\nint main(void) {{ return {name}(0); }}\n"
            )
            app = tree / "bin" / name
            subprocess.run(["gcc", "-g", "-Wl,--build-id", str(source / f"{name}.c"), "-o", str(app)], check=True)
            notes = subprocess.run(["readelf", "-n", str(app)], capture_output=True, text=True, check=True).stdout
            build_id = notes.partition("Build ID: ")[2].split()[0]
            debug = tree / "lib/debug/.build-id" / build_id[:2] / f"{build_id[2:]}.debug"
            debug.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["objcopy", "--only-keep-debug", str(app), str(debug)], check=True)
            subprocess.run(["strip", str(app)], check=True)
    tree_a, tree_b = str(tmp_path / "one" / "tree"), str(tmp_path / "another" / "tree")
    found = compare_paths(tree_a, tree_b, TreeOptions())
    assert isinstance(found, Tree)
    assert found.counts[Status.ADDED] == found.counts[Status.REMOVED] == 0
    debug_pairs = [entry for entry in found.entries if entry.name.endswith(".debug")]
    assert {entry.paired_by for entry in debug_pairs} == {PairedBy.IDENTITY}
    assert {item.finding.cause for item in found.findings} == {"build-path", "content-hash"}
    alone = compare_paths(tree_a, tree_b, TreeOptions(only=("bin/*",)))
    assert isinstance(alone, Tree)
    assert alone.verdict is Verdict.CAUSE_NOT_IN_FILES


def test_inspect_sbom_and_audit_of_a_package(tmp_path: Path, made: Any, capsys: Capture) -> None:
    a, _ = sample("build-path-file-macro")
    path = tmp_path / "x.tar"
    path.write_bytes(made.tar({"bin/app": a, "text": b"x\n"}))
    assert main(["inspect", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "in bin/app" in shown
    assert "entries=2 elf=1" in shown.splitlines()[-1]
    assert main(["inspect", str(path), "-f", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["inspections"][0]["file"]["path"] == "bin/app"
    assert main(["sbom", str(path)]) == 0
    assert "no SBOM found" in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("xz") is None, reason="xz")
@pytest.mark.parametrize("options", [["-6", "-T2"], ["-1", "-T1"], ["-9e", "-T1"], ["-3", "-T2", "--block-size=40000"]])
def test_xz_is_written_again(options: list[str]) -> None:
    contents = [b"".join(b"%d %d\n" % (i, i * i % factor) for i in range(20_000)) for factor in (97, 89)]
    streams = [
        subprocess.run(["xz", "-c", *options], input=data, stdout=subprocess.PIPE, check=True).stdout
        for data in contents
    ]
    writers = list(shown_by("xz", contents[0], streams[0]))
    assert writers
    assert makes("xz", contents[1], writers[0], streams[1])
    assert not makes("xz", contents[1], writers[0], lzma.compress(contents[1], preset=2))


@pytest.mark.skipif(shutil.which("pigz") is None, reason="pigz")
@pytest.mark.parametrize("options", [["-6"], ["-1"], ["-9"], ["-6", "-i"]])
@pytest.mark.parametrize("size", [131_073, 262_144, 400_001])
def test_pigz_is_written_again(options: list[str], size: int) -> None:
    """Blocks of 128 KB that end at every number of bits."""
    data = (SAMPLES / "memory-layout" / "a").read_bytes()
    for shift in range(4):
        contents = (data * (size // len(data) + 2))[shift * 999 :][:size]
        command = ["pigz", "-nc", "-p2", *options]
        made = subprocess.run(command, input=contents, stdout=subprocess.PIPE, check=True).stdout[10:-8]
        writer = " ".join(["pigz", options[0][1:], *options[1:]])
        assert writer in list(shown_by("deflate", contents, made))
        assert not makes("deflate", contents[:-1] + b"\0\0", writer, made)


@pytest.mark.skipif(shutil.which("zip") is None, reason="Info-ZIP's zip")
@pytest.mark.parametrize("level", [1, 6, 9])
def test_info_zip_is_written_again(tmp_path: Path, level: int) -> None:
    contents = (SAMPLES / "memory-layout" / "a").read_bytes()[:150_000] + bytes(range(256)) * 900
    (tmp_path / "x").write_bytes(contents)
    subprocess.run(["zip", "-q", f"-{level}", "-X", "x.zip", "x"], cwd=tmp_path, check=True)
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        item = archive.infolist()[0]
    at = item.header_offset + 31
    made = (tmp_path / "x.zip").read_bytes()[at : at + item.compress_size]
    assert f"gzip {level}" in list(shown_by("deflate", contents, made))


@pytest.mark.skipif(shutil.which("gzip") is None, reason="gzip")
@pytest.mark.parametrize("level", range(1, 10))
def test_gzip_of_gnu_is_written_again(level: int) -> None:
    """Contents so long that GNU gzip ends blocks where zlib does not; what one byte changes is another stream."""
    contents = (SAMPLES / "memory-layout" / "a").read_bytes()[:150_000] + bytes(range(256)) * 900
    made = subprocess.run(["gzip", f"-{level}nc"], input=contents, stdout=subprocess.PIPE, check=True).stdout[10:-8]
    assert f"gzip {level}" in list(shown_by("deflate", contents, made))
    assert not makes("deflate", contents[:-1] + b"x", f"gzip {level}", made)


def test_a_lost_process_is_a_lost_entry() -> None:
    def work(task: int) -> str:
        if task == 2:
            raise SystemExit
        return f"done {task}"

    results: dict[int, str] = {}
    do_all(work, range(5), 2, lambda task: f"lost {task}", results)
    assert results == {0: "done 0", 1: "done 1", 2: "lost 2", 3: "done 3", 4: "done 4"}


def apk_of(made: Any, program: bytes, declared: bytes | None = None) -> bytes:
    """A package of Alpine as nfpm and abuild write it, without a signature."""
    digest = hashlib.sha1(declared if declared is not None else program).hexdigest()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("usr/bin/app")
        info.size, info.pax_headers = len(program), {"APK-TOOLS.checksum.SHA1": digest}
        archive.addfile(info, io.BytesIO(program))
    data = gzip.compress(out.getvalue(), mtime=0)
    told = f"pkgname = x\nsize = {len(program)}\ndatahash = {hashlib.sha256(data).hexdigest()}\n"
    control = made.tar({".PKGINFO": told.encode()})
    return gzip.compress(control[: control.rindex(b"datahash") // 512 * 512 + 512], mtime=0) + data


def test_digests_of_an_alpine_package_follow(tmp_path: Path, made: Any) -> None:
    a, b = sample("build-path-file-macro")
    sides = [apk_of(made, data) for data in (a, b)]
    for name, data in zip("ab", sides, strict=True):
        (tmp_path / name).write_bytes(data)
    tree = compare_paths(str(tmp_path / "a"), str(tmp_path / "b"), TreeOptions())
    assert isinstance(tree, Tree)
    assert tree.ledger is not None
    assert tree.ledger.totals.unexplained.most == 0
    assert {item.finding.cause for item in tree.findings} == {"build-path", "content-hash"}
    assert tree.notes == ()
    (tmp_path / "b").write_bytes(apk_of(made, b, b"other"))
    edited = compare_paths(str(tmp_path / "a"), str(tmp_path / "b"), TreeOptions())
    assert isinstance(edited, Tree)
    assert edited.ledger is not None
    assert edited.ledger.totals.unexplained.most > 0


def test_a_wrong_datahash_of_an_alpine_package_follows_from_nothing(tmp_path: Path, made: Any) -> None:
    a, b = (apk_of(made, data) for data in sample("build-path-file-macro"))
    head = zlib.decompressobj(31)
    control = bytearray(head.decompress(b))
    control[control.index(b"datahash = ") + 11] ^= 1
    (tmp_path / "a").write_bytes(a)
    (tmp_path / "b").write_bytes(gzip.compress(control, mtime=0) + head.unused_data)
    tree = compare_paths(str(tmp_path / "a"), str(tmp_path / "b"), TreeOptions())
    assert isinstance(tree, Tree)
    assert tree.ledger is not None
    assert tree.ledger.totals.unexplained.most > 0


def test_an_alpine_package_without_its_files_is_damaged(tmp_path: Path, made: Any) -> None:
    whole = apk_of(made, b"program")
    (tmp_path / "a").write_bytes(whole)
    (tmp_path / "b").write_bytes(whole[: whole.index(b"\x1f\x8b", 10)])
    with pytest.raises(ElfdiffError, match="no files behind its control files"):
        compare_paths(str(tmp_path / "a"), str(tmp_path / "b"), TreeOptions())
