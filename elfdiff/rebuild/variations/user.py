"""The user: another ID by a user namespace, and another name in the environment."""

from __future__ import annotations

from dataclasses import replace

from elfdiff.patterns import late
from elfdiff.rebuild.host import Host
from elfdiff.rebuild.variations.model import Asked, Variation
from elfdiff.rebuild.world import World

_ID = 4321
_NAME = "elfdiff-b"


def _vary(world: World, host: Host) -> World:
    named = world.with_environment(USER=_NAME, LOGNAME=_NAME, USERNAME=_NAME)
    return replace(named, user=(_ID, _ID)) if host.users else named


def _weaker(host: Host) -> str | None:
    if host.users:
        return None
    return f"only USER and LOGNAME: the ID stays, no user namespace is allowed here ({host.refused['user']})"


variation = Variation(
    name="user",
    what="another user ID (where user namespaces are allowed), USER and LOGNAME",
    causes=("host-identity", "archive-metadata"),
    witness='echo "$(id -u) $USER"',
    vary=_vary,
    weaker=_weaker,
    asked=Asked(
        late(r"\b(?:whoami|logname|getuser|getlogin|getpwuid)\b|\bid\s+-\w*[un]|\$[({]?(?:USER|LOGNAME)\b"),
        "leave the user out, or build as one user",
    ),
)
