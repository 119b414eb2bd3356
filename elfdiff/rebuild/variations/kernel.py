"""The release of the kernel, as uname tells it: 2.6 by a personality."""

from dataclasses import replace

from elfdiff.patterns import late
from elfdiff.rebuild.variations.model import Asked, Variation
from elfdiff.rebuild.world import OLD_KERNEL

variation = Variation(
    name="kernel",
    what="uname tells a kernel of release 2.6",
    causes=("kernel-version", "configure-result"),
    witness="uname -r",
    vary=lambda world, host: replace(world, personality=world.personality | OLD_KERNEL),
    asked=Asked(
        late(r"\buname\s+-\w*[rva]|/proc/version|\bplatform\.(?:release|platform|uname)\b|\bos\.uname\b"),
        "leave the release of the kernel out",
    ),
)
