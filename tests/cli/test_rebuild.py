"""``elfdiff rebuild``: its options, outputs and exit codes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import jsonschema
import pytest

from elfdiff.cli.main import main

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "elfdiff" / "schema" / "rebuild-1.json").read_text())
needs_cc = pytest.mark.skipif(shutil.which("cc") is None, reason="needs cc")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    place = tmp_path / "tree"
    place.mkdir()
    (place / "main.c").write_text("int main(void) { return sizeof __FILE__; }\n")
    (place / "path.c").write_text("const char *here = __FILE__; int main(void) { return !*here; }\n")
    return place


def call(tree: Path, capsys: pytest.CaptureFixture[str], options: Sequence[str], *command: str) -> tuple[int, str, str]:
    code = main(["rebuild", "-C", str(tree), *options, "--", *command])
    said = capsys.readouterr()
    return code, said.out, said.err


@needs_cc
def test_equal_builds_end_with_0(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(tree, capsys, ["--vary", "umask"], "cc", "-o", "app", "main.c")
    assert code == 0
    assert out.startswith("elfdiff: REPRODUCIBLE  app came out the same in 3 builds, under 1 variation\n")
    assert out.endswith("elfdiff: result=reproducible guilty=- proof=- varied=1/1 builds=3 exit=0\n")


@needs_cc
def test_json_fits_its_schema(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ("sh", "-c", 'gcc $CFLAGS -o app "$PWD/path.c"')
    code, out, _ = call(tree, capsys, ["--vary", "build-path", "-f", "json"], *command)
    shown = json.loads(out)
    jsonschema.Draft202012Validator(SCHEMA).validate(shown)
    assert (code, shown["exit"], shown["schema"]) == (1, 1, "elfdiff/rebuild/1")
    assert shown["command"] == list(command)
    assert shown["proof"]["result"] == "identical"
    assert shown["proof"]["actions"][0]["cause"] == "build-path"
    (artifact,) = shown["artifacts"]
    assert (artifact["name"], artifact["control"], artifact["varied"]) == ("app", "same", "different")
    assert artifact["guilty"] == ["build-path"]
    assert artifact["report"]["schema"] == "elfdiff/report/2"
    assert artifact["report"]["a"]["path"] == "control/app"


@needs_cc
def test_markdown_and_quiet(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ("sh", "-c", 'gcc $CFLAGS -o app "$PWD/path.c"')
    _, out, _ = call(tree, capsys, ["--vary", "build-path", "--no-prove", "-f", "markdown"], *command)
    assert out.startswith("## elfdiff rebuild: DIFFERENT\n")
    assert "| `app` | differs with build-path varied |" in out
    code, out, _ = call(tree, capsys, ["--vary", "build-path", "--no-prove", "-q"], *command)
    assert (code, out.count("\n")) == (1, 1)


@needs_cc
def test_logs_and_artifacts_are_kept_where_asked(
    tree: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    command = ("sh", "-c", 'echo building; cc -o app "$PWD/path.c"')
    call(tree, capsys, ["--vary", "build-path", "--no-prove", "--keep", str(kept)], *command)
    assert (kept / "control" / "app").read_bytes() != (kept / "varied" / "app").read_bytes()
    assert "building\n" in (kept / "logs" / "1-control.log").read_text()


@needs_cc
def test_a_published_file_is_what_the_source_gives(
    tree: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    published = tmp_path / "app-1.0"
    subprocess.run(["cc", "-o", str(published), "main.c"], cwd=tree, check=True)
    command = ("sh", "-c", "cc $FLAG -o app main.c; cc -o other main.c")
    code, out, _ = call(tree, capsys, ["--vary", "umask", "--against", f"{published}=app"], *command)
    assert code == 0
    assert f"{published} is what this source gives (app)" in " ".join(out.split())
    code, _, err = call(tree, capsys, ["--vary", "umask", "--against", str(published)], *command)
    assert code == 2
    assert "which artifact is it? FILE=ARTIFACT says so; built were app, other" in err


@needs_cc
def test_a_published_file_of_another_source(tree: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    published = tmp_path / "app"
    subprocess.run(["cc", "-g", "-o", str(published), "path.c"], cwd=tree, check=True)
    words = ["--vary", "umask", "--against", str(published), "-f", "json"]
    code, out, _ = call(tree, capsys, words, "cc", "-o", "app", "main.c")
    assert code == 1
    shown = json.loads(out)["against"]
    assert (shown["result"], shown["artifact"], shown["report"]["b"]["path"]) == ("different", "app", "rebuilt/app")


def test_a_published_file_that_is_not_there(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--vary", "umask", "--against", "/no/such/file=b", "--artifact", "b"]
    code, _, err = call(tree, capsys, words, "cp", "main.c", "b")
    assert code == 2
    assert "/no/such/file: no such file" in err.lower()


def test_a_build_that_fails_is_2(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(tree, capsys, ["--vary", "umask"], "sh", "-c", "echo why\x1b[31m; false")
    assert (code, out) == (2, "")
    assert err.splitlines()[0] == "  | why\\x1b[31m"
    assert "elfdiff: error: build 'control' failed with exit code 1" in err.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "which command builds it?"),
        (["--vary", "-nothing", "--", "make"], "no variation is called nothing"),
        (["--require", "clok", "--", "make"], "did you mean clock?"),
        (["--require", "clock", "--vary", "-clock", "--", "make"], "--require clock, but --vary leaves it out"),
        (["--timeout", "-1", "--", "make"], "is no number of seconds"),
        (["-C", "/no/such/tree", "--", "make"], "/no/such/tree: no such directory"),
    ],
)
def test_trouble_is_a_sentence(words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rebuild", *words]) == 2
    assert sentence in capsys.readouterr().err


def test_the_variations_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rebuild", "--list-variations"]) == 0
    said = capsys.readouterr().out
    assert "build-path   the source tree stands in another directory" in said
    assert len(said.splitlines()) == 16


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_build_and_leaves_nothing(tree: Path, tmp_path: Path, number: signal.Signals) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    words = [sys.executable, "-m", "elfdiff", "rebuild", "-C", str(tree), "--vary", "umask", "--"]
    words += ["sh", "-c", f"echo $$ > {tmp_path}/number; exec sleep 60"]
    process = subprocess.Popen(words, cwd=ROOT, env={**os.environ, "TMPDIR": str(scratch)})
    give_up = time.monotonic() + 20
    while not (tmp_path / "number").exists() and time.monotonic() < give_up:
        time.sleep(0.05)
    time.sleep(0.1)
    process.send_signal(number)
    time.sleep(0.05)
    process.send_signal(number)
    assert process.wait(20) == 128 + number
    assert list(scratch.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "number").read_text()), 0)
