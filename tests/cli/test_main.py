import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from elfdiff.cli.main import main
from elfdiff.errors import NotElf
from elfdiff.report import Report

ROOT = Path(__file__).parents[2]
Pipeline = Callable[[Report | BaseException], None]


def elfdiff(*args: str, **options: object) -> "subprocess.CompletedProcess[bytes]":
    env = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}  # type: ignore[dict-item]
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [sys.executable, *options.pop("python", ()), "-m", "elfdiff", *args],  # type: ignore[misc]
        env=env,
        capture_output=True,
        timeout=60,
        **options,
    )


def test_version_imports_nothing_heavy() -> None:
    heavy = ("numpy", "lief", "capstone", "elftools", "tabulate", "iced_x86")
    code = (
        "import sys\nfrom elfdiff.cli.main import main\nassert main(['--version']) == 0\n"
        f"sys.exit([m for m in {heavy} if m in sys.modules] or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("elfdiff ")


def test_help_has_examples_and_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert "examples:" in shown
    for command in ("compare", "sbom", "audit", "explain", "causes"):
        assert f"\n  {command} " in shown


def test_help_of_a_command_is_the_same_at_any_width() -> None:
    shown = {elfdiff("compare", "--help", env={"COLUMNS": columns}).stdout for columns in ("20", "300")}
    assert len(shown) == 1
    assert b"examples:" in shown.pop()


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ([], "which files? elfdiff A B"),
        (["only-one"], "which is the other file?"),
        (["a", "b", "c"], "unrecognized arguments: c"),
        (["a", "b", "-f", "xml"], "invalid choice: 'xml'"),
        (["a", "b", "--verb"], "unrecognized arguments: --verb"),
        (["-v", "sbom", "file"], "write the command first: elfdiff sbom"),
        (["explain", "no-such-cause"], "no cause is called no-such-cause"),
        (["compare", "a", "b", "--allow", "no-such-cause"], "--allow: no cause is called no-such-cause"),
    ],
)
def test_wrong_usage_is_one_line_and_2(args: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(args) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("elfdiff: error: ")
    assert shown.err.count("\n") == 1
    assert sentence in shown.err


def test_an_error_is_one_line_and_2(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline(NotElf("a: x\x1b[2J\ny: not an ELF file"))
    assert main(["x", "y"]) == 2
    assert capsys.readouterr().err == "elfdiff: error: a: x\\x1b[2J\\ny: not an ELF file\n"


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (RecursionError("deep\nnest"), 2, "internal error: RecursionError: deep nest (please report it"),
        (MemoryError(), 2, "out of memory"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_no_ending_shows_a_traceback(
    error: BaseException, code: int, sentence: str, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline(error)
    assert main(["x", "y"]) == code
    shown = capsys.readouterr().err
    assert sentence in shown
    assert shown.count("\n") == (1 if sentence else 0)


def test_debug_shows_the_traceback_and_keeps_the_code(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ELFDIFF_DEBUG", "1")
    pipeline(ValueError("x"))
    assert main(["x", "y"]) == 2
    shown = capsys.readouterr().err
    assert "Traceback (most recent call last)" in shown
    assert shown.splitlines()[-1].startswith("elfdiff: error: internal error: ValueError: x")


def test_closed_pipe_is_141_without_a_word() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "elfdiff", "compare", "--help"]
        plain = subprocess.run(
            [sys.executable, "-m", "elfdiff", "--help"], env=env, stdout=writer, stderr=subprocess.PIPE, timeout=60
        )
        sub = subprocess.run(command, env=env, stdout=writer, stderr=subprocess.PIPE, timeout=60)
    finally:
        os.close(writer)
    assert (plain.returncode, plain.stderr) == (141, b"")
    assert (sub.returncode, sub.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_is_trouble() -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""}
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "elfdiff", "--help"], env=env, stdout=full, stderr=subprocess.PIPE, timeout=60
        )
    assert done.returncode == 2
    assert done.stderr == b"elfdiff: error: standard output cannot be written: No space left on device\n"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_it_without_a_word(number: signal.Signals, code: int) -> None:
    program = (
        "import signal, sys, types, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "slow = types.ModuleType('elfdiff.trees.paths')\n"
        "def compare_paths(a, b, options, with_proof, clock):\n"
        "    print('ready', file=sys.stderr, flush=True)\n    time.sleep(30)\n"
        "slow.compare_paths = compare_paths\n"
        "sys.modules['elfdiff.trees.paths'] = slow\n"
        "sys.argv = ['elfdiff', 'x', 'y']\n"
        "from elfdiff.cli.main import run\nrun()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"ready\n"
        time.sleep(0.05)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (code, b"", b"")


def test_closed_standard_streams_are_no_crash(tmp_path: Path) -> None:
    command = f"{sys.executable} -m elfdiff --version >&- 2>&-"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, timeout=60)
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (["inspct", "x"], "no command is called inspct; did you mean elfdiff inspect?"),
        (["sbm"], "no command is called sbm; did you mean elfdiff sbom?"),
        (["app"], "which is the other file? elfdiff app B; for one file: elfdiff inspect app"),
    ],
)
def test_what_a_call_may_have_meant(call: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(call) == 2
    assert capsys.readouterr().err == f"elfdiff: error: {sentence}\n"
