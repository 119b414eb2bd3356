"""Builds the sides of a pair, each from a fresh copy of the program's tree."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .debian import SourceMissing, source_tree
from .model import PROGRAMS, Change, Edit, Pair, Program

#: What a build sees unless a plant says otherwise. 2026-11-23 01:29:37 UTC, sources of 2026-03-01 12:00:00 UTC.
CLOCK = 1795397377
MTIME = 1772366400
COMMIT = 1772366400
PLACE = "build"
LIMIT = 600


class BuildFailed(Exception):
    """A side could not be built; the message ends with what the build said."""


class ToolMissing(Exception):
    """A command that the program needs is not on PATH."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """A directory that holds the built pairs, and what all builds share: the clock shim and the caches."""

    root: Path

    def prepare(self) -> None:
        """Make the shared parts; building twice gives the same."""
        shared = self.root / "shared"
        shared.mkdir(parents=True, exist_ok=True)
        shim = shared / "clock.so"
        if not shim.exists():
            source = Path(__file__).parent / "clock.c"
            subprocess.run(["gcc", "-O1", "-shared", "-fPIC", str(source), "-ldl", "-o", str(shim)], check=True)
        wrapper = shared / "bin" / "zig"
        if not wrapper.exists() and importlib.util.find_spec("ziglang") is not None:
            wrapper.parent.mkdir(exist_ok=True)
            wrapper.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ziglang "$@"\n')
            wrapper.chmod(0o755)
        locales = shared / "locales"
        if not locales.exists() and shutil.which("localedef") and Path("/usr/share/i18n/locales/de_DE").exists():
            locales.mkdir()
            for name in ("de_DE", "en_US", "fr_FR"):
                subprocess.run(
                    ["localedef", "-i", name, "-f", "UTF-8", str(locales / f"{name}.UTF-8")],
                    check=False,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )

    def environment(self, change: Change, top: Path) -> dict[str, str]:
        """The whole environment of a build: nothing of the caller's own but paths to tools.

        ``{top}`` in a value stands for the top of the tree.
        """
        shared = self.root / "shared"
        tools = [str(Path.home() / ".cargo" / "bin"), str(Path(sys.executable).parent), str(shared / "bin")]
        env = {
            "HOME": os.environ.get("HOME", "/"),
            "PATH": os.pathsep.join([os.environ.get("PATH", "/usr/bin:/bin"), *tools]),
            "USER": "ci",
            "HOSTNAME": "runner-7",
            "LC_ALL": "C",
            "TZ": "UTC",
            "LOCPATH": str(shared / "locales"),
            "GOCACHE": str(shared / "gocache"),
            "GOPROXY": "off",
            "GOTOOLCHAIN": "local",
            "GOTELEMETRY": "off",
            "ZIG_GLOBAL_CACHE_DIR": str(shared / "zigcache"),
            "CCACHE_DISABLE": "1",
        }
        for name in ("RUSTUP_HOME", "CARGO_HOME"):
            if name in os.environ:
                env[name] = os.environ[name]
        env.update({name: value.replace("{top}", str(top)) for name, value in change.env.items()})
        if env.get("LC_ALL") == "":
            del env["LC_ALL"]
        if "PAIR_REAL_CLOCK" not in env:
            env["LD_PRELOAD"] = str(shared / "clock.so")
            env["PAIR_CLOCK"] = str(CLOCK if change.clock is None else change.clock)
        return env

    def build(self, pair: Pair, letter: str, target: Path, script: str = "", switches: Change | None = None) -> None:
        """Build one side into ``target``; ``script`` is run first, by the same shell, at the top of the tree.

        Raises BuildFailed and ToolMissing.
        """
        change = pair.side(letter)
        if switches is not None:
            change = change.merged(switches)
        home = self.root / pair.name
        top = home / (change.place or PLACE)
        if top.exists():
            shutil.rmtree(top)
        copy_tree(pair.program, top, self.root / "shared")
        for edit in change.edits:
            apply_edit(top, edit)
        stamp_times(top, MTIME if change.mtime is None else change.mtime)
        commit(top)
        env = self.environment(change, top)
        if pair.program.package is not None:
            env["PACKAGE"] = pair.program.package
        for tool in pair.program.tools:
            if shutil.which(tool, path=env["PATH"]) is None:
                raise ToolMissing(tool)
        for line in change.before:
            run(["sh", "-c", line], top, env)
        run([*change.wrap, "sh", "-c", f"{script}\nexec sh build.sh"], top, env)
        artifact = top / pair.program.artifact
        for line in change.after:
            run(["sh", "-c", line, "after", str(artifact)], top, env)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(artifact, target)
        shutil.rmtree(top)

    def digest(self, pair: Pair) -> str:
        """Names the inputs of a pair's builds; the versions of the tools are not among them."""
        state = hashlib.sha256()
        for path in [*sorted(pair.program.source.rglob("*")), PROGRAMS / "stamps.sh", Path(__file__)]:
            if path.is_file() and ".git" not in path.parts:
                state.update(path.name.encode() + b"\0" + path.read_bytes())
        state.update(repr((pair.side("a"), pair.side("b"))).encode())
        return state.hexdigest()


def copy_tree(program: Program, top: Path, shared: Path) -> None:
    """The program's sources and the shared stamps, nothing built."""
    if program.package is not None:
        try:
            shutil.copytree(source_tree(program.package, shared), top, symlinks=True)
        except SourceMissing as missing:
            raise ToolMissing(str(missing)) from missing
    built = shutil.ignore_patterns("out", "target", ".git")
    shutil.copytree(program.source, top, ignore=built, symlinks=True, dirs_exist_ok=True)
    if program.tree is None:
        shutil.copyfile(PROGRAMS / "stamps.sh", top / "stamps.sh")


def apply_edit(top: Path, edit: Edit) -> None:
    """Raises BuildFailed when the text to be replaced is not there exactly once."""
    path = top / edit.file
    if not edit.old:
        text = path.read_text() if path.exists() else ""
        path.write_text(text + edit.new)
        return
    text = path.read_text()
    if text.count(edit.old) != 1:
        raise BuildFailed(f"{edit.file} holds {edit.old!r} {text.count(edit.old)} times")
    path.write_text(text.replace(edit.old, edit.new))


def stamp_times(top: Path, mtime: int) -> None:
    """Give every file of the tree one modification time."""
    for path in top.rglob("*"):
        if not path.is_symlink():
            os.utime(path, (mtime, mtime))


def commit(top: Path) -> None:
    """Make the tree a checkout with one commit whose dates are fixed."""
    (top / ".gitignore").write_text("out/\ntarget/\n")
    env = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(top),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A. Builder",
        "GIT_AUTHOR_EMAIL": "builder@example.org",
        "GIT_COMMITTER_NAME": "A. Builder",
        "GIT_COMMITTER_EMAIL": "builder@example.org",
        "GIT_AUTHOR_DATE": f"{COMMIT} +0000",
        "GIT_COMMITTER_DATE": f"{COMMIT} +0000",
    }
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "sources"]):
        run(["git", *words], top, env)


def run(command: list[str], directory: Path, env: dict[str, str]) -> None:
    """Raises BuildFailed with the last lines that the command said."""
    try:
        done = subprocess.run(
            command, cwd=directory, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise BuildFailed(f"no end after {LIMIT} s") from late
    if done.returncode != 0:
        said = (done.stdout + done.stderr).decode(errors="replace").strip().splitlines()
        raise BuildFailed(" / ".join(said[-4:]) or f"exit {done.returncode}")
