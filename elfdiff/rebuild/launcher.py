"""Runs one build inside its world. A program of its own: it is given to a bare Python, and imports only the library.

    python -I -S launcher.py SPEC NUMBER

SPEC is a file of JSON (see ``Workshop``), NUMBER an open descriptor that gets JSON: a disk that the build filled keeps
nothing back. It is the parent of everything that the build starts,
however far that forks away (PR_SET_CHILD_SUBREAPER), so it can end all of it: when the build has ended, at the
deadline, when nothing has moved for long, or when elfdiff itself is gone (PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_NOATIME, MS_RELATIME, ST_RELATIME = 2, 4, 8, 1024, 1 << 21, 4096
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
SHARED_MEMORY = "/dev/shm"
NOT_FOUND, NOT_EXECUTABLE = 127, 126
SHORTEST, LONGEST = 0.002, 0.1
"""Seconds between two looks at the build."""
PATIENCE = 10.0
"""Seconds that a killed process may take to be gone."""
MOST_NAMES = 100
BETWEEN_LOOKS = 0.2
"""Seconds between two sums of what the build has used."""

libc = ctypes.CDLL(None, use_errno=True)


class Refused(Exception):
    """The system does not allow what the world needs; ``str()`` says what."""


class Ended(BaseException):
    """SIGTERM: elfdiff wants no more of this build, or is gone."""


def checked(what: str, result: int) -> None:
    """Refused if a call of the C library failed."""
    if result < 0:
        raise Refused(f"{what}: {os.strerror(ctypes.get_errno())}")


def mount(source: str, target: str, flags: int, kind: str | None = None, options: str | None = None) -> None:
    """mount(2) over a directory or file that stands already."""
    words = [os.fsencode(word) if word else None for word in (source, target, kind, options)]
    checked(f"mount {target}", libc.mount(words[0], words[1], words[2], flags, words[3]))


def layer(spec: dict[str, Any]) -> None:
    """Put a layer over each directory that the build may write to, but not over what is kept below it."""
    kept = [(os.open(path, os.O_PATH), path) for path in spec["kept"]]
    for place, upper, work in spec["layers"]:
        options = f"lowerdir={place},upperdir={upper},workdir={work}{',userxattr' if spec['userspace'] else ''}"
        mount("overlay", place, 0, "overlay", options)
    for number, path in kept:
        mount(f"/proc/self/fd/{number}", path, MS_BIND | MS_REC)
        os.close(number)


def locked(target: str) -> int:
    """Flags of a mount that a user namespace may not take away."""
    flags = os.statvfs(target).f_flag
    return flags & (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME) | (MS_RELATIME if flags & ST_RELATIME else 0)


def enter(spec: dict[str, Any]) -> int | None:
    """Unshare what the world asks for; all that needs a right is done here, before the build runs.

    The process of disorderfs, None without one.
    """
    own, spaces = (os.getuid(), os.getgid()), 0
    spaces |= CLONE_NEWNS if spec["mounts"] is not None else 0
    spaces |= CLONE_NEWUTS if spec["hostname"] is not None else 0
    spaces |= 0 if spec["network"] else CLONE_NEWNET
    if spec["userspace"]:
        unshare_user((0, 0))
    if spaces:
        checked("unshare", libc.unshare(spaces))
    if spec["hostname"] is not None:
        name = spec["hostname"].encode()
        checked("sethostname", libc.sethostname(name, len(name)))
    if not spec["network"]:
        raise_loopback()
    if spec["mounts"] is not None:
        mount("none", "/", MS_REC | MS_PRIVATE)
        if os.path.isdir(SHARED_MEMORY):
            # What a build leaves there, or libfaketime when it is killed, goes with the namespace.
            mount("tmpfs", SHARED_MEMORY, MS_NOSUID | MS_NODEV, "tmpfs")
        layer(spec)
        for source, target in spec["mounts"]:
            mount(source, target, MS_BIND | MS_REC)
        for target in spec["readonly"]:
            mount(target, target, MS_BIND | MS_REC)
            mount(target, target, MS_BIND | MS_REMOUNT | MS_RDONLY | locked(target))
    helper = reorder(spec)
    if spec["user"] is not None or spec["userspace"]:
        unshare_user(spec["user"] or own)
    return helper


def unshare_user(seen: Sequence[int]) -> None:
    """A user namespace in which the caller has this user ID and group ID."""
    uid, gid = os.getuid(), os.getgid()
    checked("unshare a user namespace", libc.unshare(CLONE_NEWUSER))
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{seen[0]} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{seen[1]} {gid} 1")
    except OSError as error:
        raise Refused(f"map users: {error.strerror}") from error


def raise_loopback() -> None:
    """A network without the loopback device would be another difference than the one that is meant."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        try:
            fcntl.ioctl(end, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))
        except OSError as error:
            raise Refused(f"raise the loopback device: {error.strerror}") from error


def reorder(spec: dict[str, Any]) -> int | None:
    """Start disorderfs over the build directory and wait until it stands; its process."""
    if spec["disorder"] is None:
        return None
    words, target = spec["disorder"]
    before = os.stat(target).st_dev
    child = os.fork()
    if child == 0:
        silence = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(silence, number)
        os.execv(words[0], words)
    give_up = time.monotonic() + 5
    while os.stat(target).st_dev == before:
        if os.waitpid(child, os.WNOHANG)[0] or time.monotonic() > give_up:
            raise Refused("disorderfs did not start")
        time.sleep(SHORTEST)
    return child


def become(spec: dict[str, Any]) -> NoReturn:
    """In the child: what belongs to a process alone, and then the command itself."""
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.umask(spec["umask"])
        if spec["cpus"]:
            os.sched_setaffinity(0, spec["cpus"])
        if spec["personality"]:
            checked("personality", libc.personality(spec["personality"]))
        os.chdir(spec["directory"])
        command = spec["command"]
        os.execvpe(command[0], command, spec["environment"])
    except (FileNotFoundError, NotADirectoryError) as error:
        complain(f"{spec['command'][0]}: {error.strerror}")
        os._exit(NOT_FOUND)
    except (OSError, Refused) as error:
        complain(str(error))
    finally:
        os._exit(NOT_EXECUTABLE)


def complain(sentence: str) -> None:
    """Into the log of the build."""
    os.write(2, f"elfdiff: {sentence}\n".encode(errors="backslashreplace"))


def parents() -> dict[int, int]:
    """Every process and its parent, as far as /proc tells."""
    found: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                stat = Path(f"/proc/{name}/stat").read_text(errors="replace")
            except OSError:
                continue
            found[int(name)] = int(stat.rpartition(")")[2].split()[1])
    return found


def descendants() -> list[int]:
    """Every process below this one, the nearest first."""
    below: dict[int, list[int]] = {}
    for process, parent in parents().items():
        below.setdefault(parent, []).append(process)
    found = list(below.get(os.getpid(), ()))
    for process in found:
        found += below.get(process, ())
    return found


def name_of(process: int) -> str:
    """The name of a process; empty if it is gone or only waits to be buried."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(errors="replace")
    except OSError:
        return ""
    name, _, rest = stat.rpartition(")")
    return "" if rest.split()[0] in ("Z", "X") else name.partition("(")[2]


def ticks() -> int:
    """Clock ticks that everything below has used; it falls when a process ends, which is a movement too."""
    total = 0
    for process in descendants():
        try:
            fields = Path(f"/proc/{process}/stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15])) + process
    return total


def end_all(spared: int | None) -> list[str]:
    """Kill everything below but ``spared``, again until nothing is left; the names of what was alive."""
    names: dict[int, str] = {}
    give_up = time.monotonic() + PATIENCE
    while True:
        bury(spared)
        left = [process for process in descendants() if process != spared]
        names.update({process: name for process in left if (name := name_of(process))})
        for process in left:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
        if not left or time.monotonic() > give_up:
            return list(names.values())
        time.sleep(SHORTEST)


def bury(spared: int | None) -> dict[int, int]:
    """Wait for children that have ended: process and status."""
    ended: dict[int, int] = {}
    while True:
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if process == 0:
            return ended
        if process != spared:
            ended[process] = status


def watched(spec: dict[str, Any], child: int, helper: int | None) -> dict[str, Any]:
    """Wait for the build, within its limits."""
    begun = moved = time.monotonic()
    used, looked, pause = -1, begun, SHORTEST
    outcome: dict[str, Any] = {"exit": None, "signal": None, "ended": None, "left": []}
    while True:
        status = bury(helper).get(child)
        now = time.monotonic()
        if status is not None:
            code = os.waitstatus_to_exitcode(status)
            outcome["exit"], outcome["signal"] = (code, None) if code >= 0 else (None, -code)
            break
        if now - begun > spec["deadline"]:
            outcome["ended"] = "deadline"
            break
        if spec["stall"] is not None and now - looked > BETWEEN_LOOKS:
            looked, before, used = now, used, ticks()
            moved = now if used != before else moved
            if now - moved > spec["stall"]:
                outcome["ended"] = "stall"
                break
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST)
    outcome["left"] = end_all(helper)[:MOST_NAMES]
    outcome["seconds"] = time.monotonic() - begun
    return outcome


def run(spec: dict[str, Any]) -> dict[str, Any]:
    """The outcome: ``refused`` (a sentence), or what ``watched`` tells."""
    try:
        helper = enter(spec)
    except Refused as refused:
        end_all(None)
        return {"refused": str(refused)}
    child = os.fork()
    if child == 0:
        become(spec)
    try:
        return watched(spec, child, helper)
    finally:
        end_all(helper)
        end_all(None)


def end(signum: int, frame: FrameType | None) -> NoReturn:
    """The first SIGTERM ends the build; a second one cannot disturb that."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Ended


def main() -> None:
    """Nothing is printed: the build's own words are the log."""
    answer = int(sys.argv[2])
    os.set_inheritable(answer, False)
    parent = os.getppid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, end)
    os.setsid()
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if os.getppid() != parent:
        return
    try:
        outcome = run(json.loads(Path(sys.argv[1]).read_text()))
    except Ended:
        end_all(None)
        return
    with open(answer, "w", encoding="utf-8") as out:
        out.write(json.dumps(outcome))


if __name__ == "__main__":
    main()
