"""HOME: an empty directory. Toolchains that live in the real one are still found."""

from __future__ import annotations

from dataclasses import replace

from elfdiff.patterns import late
from elfdiff.rebuild.host import Host
from elfdiff.rebuild.outside import TOOLCHAINS
from elfdiff.rebuild.variations.model import Asked, Variation
from elfdiff.rebuild.world import World


def _vary(world: World, host: Host) -> World:
    home = host.environment.get("HOME", "/")
    kept = {name: world.environment.get(name, f"{home}/{below}") for name, below in TOOLCHAINS.items()}
    return replace(world.with_environment(**kept), fresh_home=True)


variation = Variation(
    name="home",
    what="HOME is an empty directory (CARGO_HOME, RUSTUP_HOME, GOPATH and GOCACHE stay)",
    causes=("build-path", "toolchain-path", "host-identity", "configure-result"),
    witness='echo "$HOME"',
    vary=_vary,
    asked=Asked(
        late(r"\$[({]?HOME\b|(?:^|[\s=:\"'])~/|\bexpanduser\b|\bPath\.home\b"),
        "leave the home directory out, or give both builds one HOME",
    ),
)
