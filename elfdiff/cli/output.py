"""Writing: to standard output, to a file in one step, and one-line messages to standard error."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterator

from elfdiff.errors import ElfdiffError
from elfdiff.render.escape import visible

PROGRESS_AFTER = 1.0
"""Seconds of work before a terminal is told what goes on."""


class UnwritableOutput(ElfdiffError):
    """The output could not be written: no such directory, no permission, a full disk, no standard output."""


class ClosedPipe(Exception):
    """Whoever read standard output has gone (exit code 141)."""


def emit(text: str, path: str | None = None) -> None:
    """Write text, as UTF-8, to standard output or to the file ``path``; UnwritableOutput if that fails.

    A regular file is replaced in one step when all is written, so that a reader never sees half a report.
    """
    emit_bytes(text.encode("utf-8", "backslashreplace"), path)


def emit_bytes(data: bytes, path: str | None = None) -> None:
    """As :func:`emit`, for what is no text."""
    if path is None or path == "-":
        _to_stdout(data)
        return
    try:
        _to_file(path, data)
    except OSError as error:
        raise UnwritableOutput(f"{path}: cannot be written: {error.strerror or error}") from error


def warn(sentence: str) -> None:
    """One warning on standard error."""
    _complain("warning", sentence)


def fail(sentence: str) -> None:
    """The one line on standard error that says why the exit code is 2."""
    _complain("error", sentence)


@contextlib.contextmanager
def progress(sentence: str) -> Iterator[None]:
    """Show ``sentence`` on standard error while work takes longer than a second, on a terminal only."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    from threading import Event, Timer

    shown = Event()

    def show() -> None:
        shown.set()
        _to_stderr(f"elfdiff: {visible(sentence)} ...\r")

    timer = Timer(PROGRESS_AFTER, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        if shown.is_set():
            _to_stderr("\x1b[2K\r")


def _complain(kind: str, sentence: str) -> None:
    _to_stderr(f"elfdiff: {kind}: {visible(sentence)}\n")


def _to_stderr(text: str) -> None:
    """A standard error that is closed or full changes nothing: there is nobody left to tell."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(text)
        sys.stderr.flush()


def _to_stdout(data: bytes) -> None:
    if sys.stdout is None:
        raise UnwritableOutput("standard output is closed")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise ClosedPipe from error
    except OSError as error:
        raise UnwritableOutput(f"standard output cannot be written: {error.strerror or error}") from error


def _to_file(name: str, data: bytes) -> None:
    import tempfile
    from pathlib import Path

    path = Path(name)
    path = path.resolve() if path.is_symlink() else path
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        path.write_bytes(data)
        return
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~_umask()
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), mode)
        os.replace(draft, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise


def _umask() -> int:
    """The process's umask, which can be read only by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
