"""What this machine allows a build to be given: found out by trying, never assumed."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from elfdiff.rebuild import outside
from elfdiff.rebuild.launch import launched
from elfdiff.values import dataclass, field

_FAKETIME = (
    "/usr/lib/*/faketime/libfaketimeMT.so.1",
    "/usr/lib*/faketime/libfaketimeMT.so.1",
    "/usr/local/lib/faketime/libfaketimeMT.so.1",
)
_PARTS = ("mounts", "hostname", "network", "user")
_SOON = 20.0
"""Seconds within which a trial must have answered."""


@dataclass(frozen=True, slots=True)
class Host:
    """The machine of the experiment. ``refused`` maps what is not allowed to the system's own words.

    ``userspace`` says that namespaces come with a user namespace, as they must for everybody but root. ``begun`` is
    when the experiment began, in seconds since 1970. ``layers`` are directories beside the tree in which elfdiff sees
    what a build writes; ``unseen`` maps the others to the reason.
    """

    environment: Mapping[str, str]
    cpus: tuple[int, ...]
    userspace: bool
    mounts: bool
    hostnames: bool
    networks: bool
    users: bool
    refused: Mapping[str, str]
    disorderfs: str | None
    compiler: str | None
    faketime: str | None
    locales: tuple[str, ...]
    rust: bool
    go: bool
    words: tuple[str, ...]
    begun: int
    layers: tuple[str, ...] = ()
    unseen: Mapping[str, str] = field(default_factory=dict)


def look(scratch: Path, environment: Mapping[str, str], words: tuple[str, ...], rust: bool, go: bool) -> Host:
    """Try what the variations need, in ``scratch``; ``words`` are the build command."""
    userspace, refused = _allowed(scratch)
    layers, unseen = _layers(scratch, environment, userspace, refused)
    path = environment.get("PATH")
    return Host(
        environment=environment,
        cpus=tuple(sorted(os.sched_getaffinity(0))),
        userspace=userspace and len(refused) < len(_PARTS),
        mounts="mounts" not in refused,
        hostnames="hostname" not in refused,
        networks="network" not in refused,
        users="user" not in refused,
        refused=refused,
        disorderfs=shutil.which("disorderfs", path=path) if os.access("/dev/fuse", os.R_OK | os.W_OK) else None,
        compiler=next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name, path=path))), None),
        faketime=_faketime(),
        locales=_locales(),
        rust=rust,
        go=go,
        words=words,
        begun=int(time.time()),
        layers=layers,
        unseen=unseen,
    )


def _allowed(scratch: Path) -> tuple[bool, dict[str, str]]:
    """Whether a user namespace is needed, and what is not allowed: all at once, and only if that fails one by one."""
    userspaces = (False, True) if os.geteuid() == 0 else (True,)
    for userspace in userspaces:
        if _tried(scratch, userspace, _PARTS) is None:
            return userspace, {}
    refused = {}
    for what in _PARTS:
        sentences = [_tried(scratch, userspace, (what,)) for userspace in userspaces]
        if sentences[-1] is not None:
            refused[what] = sentences[-1]
    return userspaces[-1], refused


def _layers(
    scratch: Path, environment: Mapping[str, str], userspace: bool, refused: Mapping[str, str]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Directories over which a build gets a layer, all at once or those that can have one; and why others cannot."""
    wanted, unseen = outside.places(environment, scratch)
    if "mounts" in refused:
        return (), dict.fromkeys((*wanted, *unseen), f"no mount namespace is allowed ({refused['mounts']})")
    if wanted and _tried(scratch, userspace, ("mounts",), wanted) is None:
        return wanted, unseen
    sentences = {place: _tried(scratch, userspace, ("mounts",), (place,)) for place in wanted}
    unseen |= {place: sentence for place, sentence in sentences.items() if sentence is not None}
    return tuple(place for place in wanted if place not in unseen), unseen


def _tried(scratch: Path, userspace: bool, parts: tuple[str, ...], layers: tuple[str, ...] = ()) -> str | None:
    """None if all parts together are allowed, with these layers; else why not."""
    over = []
    for number, place in enumerate(layers):
        over.append([place, *(str(scratch / f"trial-{number}" / name) for name in ("upper", "work"))])
        for directory in over[-1][1:]:
            Path(directory).mkdir(parents=True, exist_ok=True)
    spec = {
        "command": ["true"],
        "directory": "/",
        "environment": {"PATH": os.defpath},
        "umask": 0o022,
        "personality": 0,
        "cpus": None,
        "user": [4321, 4321] if "user" in parts else None,
        "userspace": userspace,
        "hostname": "elfdiff" if "hostname" in parts else None,
        "network": "network" not in parts,
        "mounts": [[str(scratch), str(scratch)]] if "mounts" in parts else None,
        "readonly": [],
        "layers": over,
        "kept": [],
        "disorder": None,
        "stall": None,
        "deadline": _SOON,
    }
    outcome = launched(spec, scratch, "trial", None)
    if outcome.refused is not None:
        return outcome.refused
    return None if outcome.code == 0 else "a program could not be run there"


def _faketime() -> str | None:
    root = Path("/")
    return next((str(found) for glob in _FAKETIME for found in sorted(root.glob(glob[1:]))), None)


def _locales() -> tuple[str, ...]:
    """What ``locale -a`` names; nothing where there is no such program."""
    try:
        said = subprocess.run(["locale", "-a"], capture_output=True, check=False, timeout=_SOON)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(said.stdout.decode("utf-8", "replace").split())
