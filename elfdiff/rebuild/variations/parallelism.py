"""How many things a build does at a time: in the control what the command says, in the other world another number."""

from __future__ import annotations

from elfdiff.rebuild.host import Host
from elfdiff.rebuild.variations.model import Variation
from elfdiff.rebuild.world import World

_LEAST = 4


def _vary(world: World, host: Host) -> World:
    """As the tools read it: make and dpkg do one thing at a time by themselves, cargo one a processor."""
    jobs = str(max(_LEAST, len(host.cpus)))
    return world.with_environment(
        MAKEFLAGS=f"{world.environment.get('MAKEFLAGS', '')} -j{jobs}".strip(),
        CMAKE_BUILD_PARALLEL_LEVEL=jobs,
        CARGO_BUILD_JOBS="1",
        DEB_BUILD_OPTIONS=f"{world.environment.get('DEB_BUILD_OPTIONS', '')} parallel={jobs}".strip(),
    )


def _lacking(host: Host) -> str | None:
    fixed = next((word for word in host.words[1:] if word.startswith(("-j", "--jobs", "--parallel"))), None)
    return f"the command says {fixed} itself" if fixed else None


variation = Variation(
    name="parallelism",
    what="make, CMake and dpkg do several things at a time, cargo one",
    causes=("parallel-build", "link-order"),
    witness='echo "${MAKEFLAGS:-as the command says}"',
    vary=_vary,
    lacking=_lacking,
)
