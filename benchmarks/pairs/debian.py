"""Fetches Debian source packages with apt-get, through a source list of its own, into the workshop."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

SUITE = "bookworm"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


class SourceMissing(Exception):
    """A source package could not be fetched; the message says why."""


def source_tree(package: str, shared: Path) -> Path:
    """The unpacked upstream tree, without Debian's patches. Raises SourceMissing."""
    home = shared / "debian" / package
    if not (home / "done").exists():
        shutil.rmtree(home, ignore_errors=True)
        (home / "tree").mkdir(parents=True)
        _fetch(package, home, shared / "apt")
        archives = [path for path in home.glob("*.orig.tar.*") if path.suffix != ".asc"]
        if len(archives) != 1:
            raise SourceMissing(f"{package}: {len(archives)} upstream archives")
        subprocess.run(["tar", "-xf", str(archives[0]), "-C", str(home / "tree"), "--strip-components=1"], check=True)
        (home / "done").touch()
    return home / "tree"


def dsc_of(package: str, shared: Path) -> Path:
    """The .dsc of a source package, its archives beside it. Raises SourceMissing."""
    home = shared / "debian-packages" / package
    found = list(home.glob("*.dsc"))
    if not found:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        _fetch(package, home, shared / "apt")
        found = list(home.glob("*.dsc"))
    if len(found) != 1:
        raise SourceMissing(f"{package}: {len(found)} descriptions of a source package")
    return found[0]


def _fetch(package: str, home: Path, apt: Path) -> None:
    apt_get = shutil.which("apt-get")
    if apt_get is None or not KEYRING.exists():
        raise SourceMissing("apt-get and Debian's keyring are needed for source packages")
    (apt / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (apt / "cache").mkdir(exist_ok=True)
    sources = apt / "sources.list"
    options = [
        "-o",
        f"Dir::Etc::sourcelist={sources}",
        "-o",
        "Dir::Etc::sourceparts=-",
        "-o",
        f"Dir::State::lists={apt}/lists",
        "-o",
        f"Dir::Cache={apt}/cache",
    ]
    if not sources.exists():
        sources.write_text(f"deb-src [signed-by={KEYRING}] {_mirror(apt_get)} {SUITE} main\n")
        _run([apt_get, *options, "update"], home)
    _run([apt_get, *options, "source", "--download-only", package], home)


def _mirror(apt_get: str) -> str:
    """The place that this machine has its own packages from."""
    command = [apt_get, "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    places = done.stdout.split()
    if not places:
        raise SourceMissing("apt-get knows no package source; run apt-get update")
    return places[0]


def _run(command: list[str], directory: Path) -> None:
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise SourceMissing(said[-1] if said else f"apt-get: exit {done.returncode}")
