"""The network: none but the loopback device, in a network namespace."""

from __future__ import annotations

from dataclasses import replace

from elfdiff.rebuild.host import Host
from elfdiff.rebuild.variations.model import Variation


def _lacking(host: Host) -> str | None:
    return None if host.networks else f"no network namespace is allowed here ({host.refused['network']})"


variation = Variation(
    name="network",
    what="no network (needs a network namespace)",
    causes=(),
    witness="readlink /proc/self/ns/net",
    vary=lambda world, host: replace(world, network=False),
    lacking=_lacking,
)
