"""The number of processors that the build may use: one."""

from __future__ import annotations

from dataclasses import replace

from elfdiff.patterns import late
from elfdiff.rebuild.host import Host
from elfdiff.rebuild.variations.model import Asked, Variation


def _lacking(host: Host) -> str | None:
    return None if len(host.cpus) > 1 else "this machine has one processor"


variation = Variation(
    name="cpu-count",
    what="one processor",
    causes=("parallel-build", "configure-result", "build-measurement"),
    witness="nproc",
    vary=lambda world, host: replace(world, cpus=host.cpus[:1]),
    lacking=_lacking,
    asked=Asked(
        late(r"\bnproc\b|\bcpu_count\b|\b_?NPROCESSORS_ONLN\b|\bavailable_parallelism\b"),
        "let nothing but the number of jobs depend on the number of processors",
    ),
)
