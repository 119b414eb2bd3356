"""The launcher ends everything that a build starts, and tells how the build ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from elfdiff.rebuild.launch import LAUNCHER, Ended, launched


def spec(*command: str, **changes: Any) -> dict[str, Any]:
    plain = {
        "command": list(command),
        "directory": "/",
        "environment": {"PATH": os.environ["PATH"]},
        "umask": 0o022,
        "personality": 0,
        "cpus": None,
        "user": None,
        "userspace": False,
        "hostname": None,
        "network": True,
        "mounts": None,
        "readonly": [],
        "layers": [],
        "kept": [],
        "disorder": None,
        "stall": None,
        "deadline": 20.0,
    }
    return plain | changes


def run(tmp_path: Path, *command: str, **changes: Any) -> tuple[Ended, str]:
    log = tmp_path / "log"
    ended = launched(spec(*command, **changes), tmp_path, "it", log)
    return ended, log.read_text()


def alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_exit_code_comes_through(tmp_path: Path) -> None:
    ended, said = run(tmp_path, "sh", "-c", "echo out; echo err >&2; exit 3")
    assert (ended.code, ended.signal, ended.over) == (3, None, None)
    assert said == "out\nerr\n"


def test_a_signal_is_told(tmp_path: Path) -> None:
    ended, _ = run(tmp_path, "sh", "-c", "kill -SEGV $$")
    assert (ended.code, ended.signal) == (None, signal.SIGSEGV)


def test_a_command_that_does_not_exist(tmp_path: Path) -> None:
    ended, said = run(tmp_path, "no-such-command-here")
    assert ended.code == 127
    assert "no-such-command-here: No such file or directory" in said


def test_the_deadline_ends_all(tmp_path: Path) -> None:
    ended, said = run(tmp_path, "sh", "-c", "sleep 60 & echo $!; wait", deadline=0.3)
    assert ended.over == "deadline"
    assert not alive(int(said))


def test_what_forks_away_is_ended_and_named(tmp_path: Path) -> None:
    """Its own session, and its parents gone: still the launcher's."""
    ended, said = run(tmp_path, "sh", "-c", "(setsid sh -c 'echo $$; exec sleep 60' &) ; sleep 0.3")
    assert ended.code == 0
    assert ended.left == ("sleep",)
    assert not alive(int(said))


def test_a_build_without_any_movement_is_a_stall(tmp_path: Path) -> None:
    ended, _ = run(tmp_path, "sleep", "60", stall=0.5)
    assert ended.over == "stall"


def test_a_build_that_works_is_no_stall(tmp_path: Path) -> None:
    ended, _ = run(tmp_path, "sh", "-c", "i=0; while [ $i -lt 12 ]; do i=$((i+1)); sleep 0.1; done", stall=0.6)
    assert ended.over is None


def test_nothing_lives_on_when_elfdiff_is_gone(tmp_path: Path) -> None:
    """SIGKILL leaves elfdiff no time for anything: the launcher sees it."""
    code = (
        "import sys, json; sys.path.insert(0, sys.argv[1]); from pathlib import Path; "
        "from elfdiff.rebuild.launch import launched; "
        "launched(json.loads(sys.argv[2]), Path(sys.argv[3]), 'it', Path(sys.argv[3], 'log'))"
    )
    import json

    words = json.dumps(spec("sh", "-c", "sleep 60 & echo $!; wait"))
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen([sys.executable, "-c", code, root, words, str(tmp_path)])
    log = tmp_path / "log"
    give_up = time.monotonic() + 15
    while not (log.exists() and log.read_text().strip()) and time.monotonic() < give_up:
        time.sleep(0.05)
    number = int(log.read_text())
    process.kill()
    process.wait()
    while alive(number) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not alive(number)


def test_the_umask_and_the_personality_are_given(tmp_path: Path) -> None:
    _, said = run(tmp_path, "sh", "-c", "umask; cat /proc/self/personality", umask=0o002, personality=0x0040000)
    assert said.split() == ["0002", "00040000"]


def test_what_is_refused_is_a_sentence(tmp_path: Path) -> None:
    ended, _ = run(tmp_path, "true", mounts=[["/no/such/place", "/no/such/target"]], userspace=os.geteuid() != 0)
    assert ended.refused is not None
    assert ended.code is None


def test_it_imports_nothing_of_elfdiff() -> None:
    """A bare Python runs it, with no path to this package."""
    said = subprocess.run(
        [sys.executable, "-I", "-S", str(LAUNCHER)], capture_output=True, text=True, check=False, cwd="/"
    )
    assert "IndexError" in said.stderr


def test_no_file_of_the_call_is_left(tmp_path: Path) -> None:
    run(tmp_path, "true")
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_the_build_inherits_no_descriptor(tmp_path: Path) -> None:
    _, said = run(tmp_path, "sh", "-c", "ls /proc/self/fd")
    assert said.split() == ["0", "1", "2", "3"]
