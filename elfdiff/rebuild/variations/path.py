"""PATH: one more directory at its end, which does not exist."""

from __future__ import annotations

import os

from elfdiff.rebuild.host import Host
from elfdiff.rebuild.variations.model import Variation
from elfdiff.rebuild.world import World


def _vary(world: World, host: Host) -> World:
    return world.with_environment(PATH=f"{world.environment.get('PATH', os.defpath)}:/elfdiff/other/bin")


variation = Variation(
    name="path",
    what="PATH has one more directory at its end",
    causes=("configure-result", "toolchain-path", "host-identity"),
    witness='echo "$PATH"',
    vary=_vary,
)
