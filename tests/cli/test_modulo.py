"""``--modulo``: equal digests exactly where nothing is left; the headline of what is allowed; ``verify``."""

import contextlib
import json
import random
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

from elfdiff.cli.main import main
from elfdiff.diagnose import diagnose
from elfdiff.elf.file import parse
from elfdiff.errors import ElfdiffError
from elfdiff.modulo import with_modulo
from elfdiff.outcome import only_allowed, settled
from elfdiff.report import Report, Role

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
NAMES = (
    "two-causes-path-and-time",
    "link-order",
    "build-path-s390x",
    "random-build-id",
    "build-path-go",
    "hash-order",
    "signature",
    "random-value",
)
UNREAD = (
    "post-processing",
    "kernel-version",
    "rust-metadata",
    "source-change",
    "profile-data",
    "two-causes-path-and-source",
)
Capture = pytest.CaptureFixture[str]


def pair(name: str) -> tuple[Path, Path]:
    return SAMPLES / name / "a", SAMPLES / name / "b"


def judged(a: Path, b: Path, *allowed: str) -> Report:
    report = diagnose(str(a), str(b), with_proof=True)
    names = allowed or [finding.cause for finding in report.findings if finding.role is not Role.CONSEQUENCE]
    return with_modulo(settled(report, names))


def why(report: Report) -> str:
    assert report.modulo is not None
    return "; ".join(report.modulo.left)


@pytest.mark.parametrize("name", NAMES)
def test_equal_exactly_where_nothing_is_left(name: str) -> None:
    report = judged(*pair(name))
    if "--modulo content-hash" in why(report):
        report = judged(*pair(name), *report.allowed, "content-hash")
    assert report.modulo is not None
    assert report.modulo.equal == only_allowed(report, report.allowed) == (report.exit == 0) == (why(report) == "")
    roots = [finding.cause for finding in report.findings if finding.role is not Role.CONSEQUENCE]
    for root in roots if len(roots) > 1 else ():
        fewer = judged(*pair(name), *(other for other in roots if other != root))
        assert fewer.modulo is not None
        assert not fewer.modulo.equal


@pytest.mark.parametrize("name", UNREAD)
def test_what_is_not_read_is_never_masked(name: str, capsys: Capture) -> None:
    report = judged(*pair(name))
    assert report.modulo is not None
    assert not report.modulo.equal
    if not only_allowed(report, report.allowed):
        assert "more differs than" in why(report)
        return
    assert "cannot be masked: an edit that somebody plants would pass" in why(report)
    options = [word for cause in report.allowed for word in ("--modulo", cause)]
    assert main([*options, *map(str, pair(name))]) == 1
    text = " ".join(capsys.readouterr().out.split())
    assert "cannot be masked" in text
    assert "identical but for" not in text


@pytest.mark.parametrize("at", [0x368, 0x37B])
def test_a_build_id_is_computed_again(at: int, tmp_path: Path) -> None:
    a, b = pair("two-causes-path-and-time")
    edited = bytearray(b.read_bytes())
    edited[at] ^= 1
    (tmp_path / "b").write_bytes(edited)
    assert why(judged(a, tmp_path / "b")) == "b was changed after its link: its build ID is not the digest of its bytes"
    assert why(judged(tmp_path / "b", a)).startswith("a was changed after its link")


@pytest.mark.skipif(shutil.which("strip") is None, reason="strip is not installed")
def test_a_digest_that_cannot_be_computed_again_must_be_allowed(tmp_path: Path) -> None:
    for path, side in zip(pair("two-causes-path-and-time"), "ab", strict=True):
        subprocess.run(["strip", "-o", tmp_path / side, path], check=True)
    sides = tmp_path / "a", tmp_path / "b"
    assert "--modulo content-hash masks it" in why(judged(*sides))
    report = judged(*sides, "build-path", "build-time", "content-hash")
    assert "content-hash" not in why(report)


def test_one_directory_is_one_directory_everywhere(tmp_path: Path) -> None:
    a, b = pair("build-path-s390x")
    data = b.read_bytes()
    first = data.rindex(b"/srv/b2")
    (tmp_path / "b").write_bytes(data[:first] + b"/srv/b3" + data[first + 7 :])
    report = judged(a, tmp_path / "b")
    assert report.modulo is not None
    assert not report.modulo.equal


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
def test_a_commit_is_one_commit_everywhere(tmp_path: Path) -> None:
    commits = "3f2a9c7d41b08e55c6d1f7a2b9e04c1d8a7f6e52", "b81d5e0f9a3c274611fe8d0a7c92e5b4f03d6a18"
    for side, commit in zip("ab", commits, strict=True):
        source = f'const char *one = "commit {commit}", *two = "revision {commit}"; int main(void) {{ return 0; }}'
        (tmp_path / "x.c").write_text(source)
        command = ["gcc", "-s", "-Wl,--build-id=none", "-o", side, "x.c"]
        subprocess.run(command, cwd=tmp_path, check=True)
    a, b = tmp_path / "a", tmp_path / "b"
    report = judged(a, b, "vcs-state")
    assert why(report) == ""
    b.write_bytes(b.read_bytes().replace(b"revision b81d", b"revision b81e"))
    assert f"{commits[0]} became {commits[1]}, but elsewhere b81e" in why(judged(a, b, "vcs-state"))


@pytest.mark.skipif(shutil.which("strip") is None, reason="strip is not installed")
def test_a_blank_beside_a_time_is_no_time(tmp_path: Path) -> None:
    a, b = pair("file-times")
    (tmp_path / "b").write_bytes(b.read_bytes().replace(b"0.4, source", b"0.4,\tsource"))
    for source, side in ((a, "a"), (tmp_path / "b", "b")):
        subprocess.run(["strip", "-o", tmp_path / f"{side}.bare", source], check=True)
    report = judged(tmp_path / "a.bare", tmp_path / "b.bare", "file-times", "content-hash")
    assert why(report) == "a text in .rodata differs beside its values"


@pytest.mark.skipif(shutil.which("strip") is None, reason="strip is not installed")
def test_another_relocation_is_no_other_order(tmp_path: Path) -> None:
    for path, side in zip(pair("hash-order"), "ab", strict=True):
        subprocess.run(["strip", "-o", tmp_path / side, path], check=True)
    a, b = tmp_path / "a", tmp_path / "b"
    assert why(judged(a, b, "hash-order", "content-hash")) == ""
    elf = parse(b.read_bytes(), "b")
    table = next(section for section in elf.sections if section.name == ".rela.dyn")
    assert table.span is not None
    entry = next(at for at in range(table.span.start, table.span.end, 24) if elf.data[at + 16 : at + 18] == b"\x30\x20")
    data = bytearray(elf.data)
    data[entry + 12] = 3  # the symbol of r_info
    b.write_bytes(data)
    assert "more differs than" in why(judged(a, b, "hash-order", "content-hash"))


@pytest.mark.skipif(shutil.which("strip") is None, reason="strip is not installed")
def test_a_directory_that_became_another_in_one_text_alone(tmp_path: Path) -> None:
    for path, side in zip(pair("build-path-go"), "ab", strict=True):
        subprocess.run(["strip", "-o", tmp_path / side, path], check=True)
    a, b = tmp_path / "a", tmp_path / "b"
    data = b.read_bytes()
    text = b"/python3.11/site-packages/go/src/runtime/"
    assert data.count(text) > 1
    b.write_bytes(data.replace(text, text.replace(b"site", b"siAe"), 1))
    assert "became" in why(judged(a, b, "build-path", "content-hash"))
    assert "but texts of b begin with" in why(judged(a, b, "build-path", "content-hash"))


@pytest.mark.skipif(shutil.which("strip") is None, reason="strip is not installed")
def test_a_text_that_its_section_cuts_off_is_no_value(tmp_path: Path) -> None:
    for path, side in zip(pair("locale-messages"), "ab", strict=True):
        subprocess.run(["strip", "-o", tmp_path / side, path], check=True)
    a, b = tmp_path / "a", tmp_path / "b"
    assert why(judged(a, b, "locale", "content-hash")) == ""
    elf = parse(b.read_bytes(), "b")
    rodata = next(section for section in elf.sections if section.name == ".rodata")
    data = bytearray(elf.data)
    data[rodata.header_span.start + 32] -= 1  # sh_size
    b.write_bytes(data)
    assert why(judged(a, b, "locale", "content-hash")) == "a text at the end of .rodata is cut off on one side"


@pytest.mark.skipif(shutil.which("strip") is None, reason="strip is not installed")
def test_one_text_alone_may_begin_with_any_directory_and_no_other_name(tmp_path: Path) -> None:
    for path, side in zip(pair("build-path-file-macro"), "ab", strict=True):
        subprocess.run(["strip", "-o", tmp_path / side, path], check=True)
    a, b = tmp_path / "a", tmp_path / "b"
    assert why(judged(a, b, "build-path", "content-hash")) == ""
    data = b.read_bytes()
    assert data.count(b"/greeting.c") == 1
    b.write_bytes(data.replace(b"/greeting.c", b"/greetinh.c"))
    assert "more differs than" in why(judged(a, b, "build-path", "content-hash"))


def test_trees_have_no_digest_and_are_not_allowed_by_it(capsys: Capture) -> None:
    a, b = map(str, pair("package-deb"))
    assert main(["--allow", "file-times", "--allow", "build-path", a, b]) == 0
    assert main(["--modulo", "file-times", "--modulo", "build-path", a, b]) == 1
    assert "only two files have such a digest" in capsys.readouterr().err


def test_most_samples_are_equal_modulo_their_causes() -> None:
    reports = [judged(*pair(name)) for name in NAMES]
    assert sum(report.modulo.equal for report in reports if report.modulo) >= 4


@pytest.mark.parametrize("name", ["two-causes-path-and-time", "link-order"])
def test_a_planted_edit_is_never_equal(name: str, tmp_path: Path) -> None:
    a, b = pair(name)
    drawn = random.Random(20261130)
    data = b.read_bytes()
    roots = [finding.cause for finding in diagnose(str(a), str(b)).findings if finding.role is not Role.CONSEQUENCE]
    report = diagnose(str(a), str(b))
    owned = [run for run in report.ledger.runs if run.side == "b"] if report.ledger else []
    free = [at for at in range(64, len(data)) if not any(run.offset <= at < run.offset + run.length for run in owned)]
    for _ in range(6):
        at = drawn.choice(free)
        edited = bytearray(data)
        edited[at] ^= 1 << drawn.randrange(8)
        (tmp_path / "b").write_bytes(edited)
        with contextlib.suppress(ElfdiffError):
            found = judged(a, tmp_path / "b", *roots)
            assert found.modulo is None or not found.modulo.equal, hex(at)


def test_the_headline_says_what_is_allowed(capsys: Capture) -> None:
    a, b = map(str, pair("two-causes-path-and-time"))
    assert main(["--allow", "build-path", "--allow", "build-time", a, b]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "are identical but for build-path and build-time and the build ID and other bytes that follow" in text
    assert main(["--allow", "build-path", a, b]) == 1
    assert "identical but for" not in capsys.readouterr().out


def test_the_digests_in_text_and_json(capsys: Capture) -> None:
    a, b = map(str, pair("two-causes-path-and-time"))
    options = ["--modulo", "build-path", "--modulo", "build-time"]
    assert main([*options, "-f", "json", a, b]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["allowed"] == found["modulo"]["allowed"] == ["build-path", "build-time"]
    assert found["modulo"]["a"] == found["modulo"]["b"]
    assert main([*options, a, b]) == 0
    assert f"modulo: sha256 {found['modulo']['a']} for both" in " ".join(capsys.readouterr().out.split())
    for form in ("html", "markdown"):
        assert main([*options, "-f", form, a, b]) == 0
        assert f"Modulo: sha256 {found['modulo']['a']} for both" in capsys.readouterr().out
    assert main([*options, "-f", "json", b, a]) == 0
    assert json.loads(capsys.readouterr().out)["modulo"]["b"] == found["modulo"]["a"]


def test_identical_files_are_equal_as_they_are(capsys: Capture) -> None:
    a, _ = map(str, pair("link-order"))
    assert main(["--modulo", "build-time", "-f", "json", a, a]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["modulo"]["a"] == found["modulo"]["b"] == found["a"]["sha256"]


def test_an_unknown_id_is_told(capsys: Capture) -> None:
    assert main(["--modulo", "build-tim", *map(str, pair("link-order"))]) == 2
    assert "--modulo: no cause is called build-tim; did you mean build-time?" in capsys.readouterr().err


def test_verify_says_whether_a_proof_holds(tmp_path: Path, capsys: Capture) -> None:
    a, b = map(str, pair("two-causes-path-and-time"))
    proof = tmp_path / "proof"
    assert main(["--proof", str(proof), a, b]) == 1
    capsys.readouterr()
    assert main(["verify", a, b, str(proof)]) == 0
    assert capsys.readouterr().out.startswith("the proof turns ")
    assert main(["verify", "-f", "json", a, b, str(proof)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["holds"]) == ("elfdiff/verify/1", True)
    schema = json.loads((SAMPLES.parent / "elfdiff" / "schema" / "verify-1.json").read_text())
    jsonschema.validate(found, schema)
    assert main(["verify", "-q", a, str(SAMPLES / "link-order" / "b"), str(proof)]) == 1
    assert capsys.readouterr().out == ""
    proof.write_bytes(b"no proof")
    assert main(["verify", a, b, str(proof)]) == 2
    assert capsys.readouterr().err.startswith(f"elfdiff: error: {proof}: ")
    assert main(["verify", a, b, str(tmp_path / "missing")]) == 2
