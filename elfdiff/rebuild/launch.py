"""Starts the launcher for one command and tells how the command ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

from elfdiff.values import dataclass

LAUNCHER = Path(__file__).with_name("launcher.py")
_A_LOOK = 0.5
_GRACE = 30.0
"""Seconds that the launcher has, beyond the deadline, to end what it started."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended. ``code`` is None if it did not end by itself; ``refused`` what the system did not allow.

    ``over`` is "deadline" or "stall" where it was ended; ``left`` names processes that outlived the command.
    """

    code: int | None
    signal: int | None = None
    over: str | None = None
    left: tuple[str, ...] = ()
    seconds: float = 0.0
    refused: str | None = None


def launched(
    spec: Mapping[str, Any], scratch: Path, name: str, log: Path | None, stopped: Event | None = None
) -> Ended:
    """Run ``spec`` (see launcher.py) to its end, or until ``stopped`` is set; what it prints goes to ``log``.

    Whatever interrupts this call, the build and all that it started are ended before it is left.
    """
    ask = scratch / f"{name}.ask"
    ask.write_text(json.dumps(spec))
    reading, writing = os.pipe()
    words = [sys.executable, "-I", "-S", str(LAUNCHER), str(ask), str(writing)]
    with open(reading, encoding="utf-8") as answer, (log or Path("/dev/null")).open("wb") as out:
        try:
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, pass_fds=(writing,)
            )
        finally:
            os.close(writing)
        try:
            give_up = time.monotonic() + spec["deadline"] + _GRACE
            while time.monotonic() < give_up and not (stopped is not None and stopped.is_set()):
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_A_LOOK)
                    break
        finally:
            _leave(process)
            ask.unlink(missing_ok=True)
        try:
            said = json.loads(answer.read())
        except ValueError:
            return Ended(None, refused="the launcher ended without an answer")
    if "refused" in said:
        return Ended(None, refused=str(said["refused"]))
    return Ended(said["exit"], said["signal"], said["ended"], tuple(said["left"]), float(said["seconds"]))


def _leave(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
    if process.poll() is None:
        process.kill()
        process.wait()
