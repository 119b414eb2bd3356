"""The name of the machine, in a UTS namespace."""

from __future__ import annotations

from dataclasses import replace

from elfdiff.patterns import late
from elfdiff.rebuild.host import Host
from elfdiff.rebuild.variations.model import Asked, Variation
from elfdiff.rebuild.world import World

_NAME = "elfdiff-other-host"


def _vary(world: World, host: Host) -> World:
    return replace(world.with_environment(HOSTNAME=_NAME), hostname=_NAME)


def _lacking(host: Host) -> str | None:
    return None if host.hostnames else f"no UTS namespace is allowed here ({host.refused['hostname']})"


variation = Variation(
    name="hostname",
    what="another host name (needs a UTS namespace)",
    causes=("host-identity",),
    witness="uname -n",
    vary=_vary,
    lacking=_lacking,
    asked=Asked(
        late(
            r"\b(?:hostname|hostnamectl|gethostname)\b|\buname\s+-\w*[na]|\$[({]?HOST(?:NAME)?\b|/etc/hostname|\bplatform\.node\b"
        ),
        "leave the host name out, or give both builds one name (a container with --hostname)",
    ),
)
