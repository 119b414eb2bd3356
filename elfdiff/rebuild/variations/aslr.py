"""Addresses of memory: fixed in the one world, random in the other."""

from dataclasses import replace

from elfdiff.rebuild.variations.model import Variation
from elfdiff.rebuild.world import KEEP_ADDRESSES

variation = Variation(
    name="aslr",
    what="memory of the build's programs stands at random addresses, in the control at fixed ones",
    causes=("memory-layout", "hash-order", "uninitialised-memory"),
    witness="case $(cat /proc/self/personality) in *[4567c-f]????) echo fixed;; *) echo random;; esac",
    control=lambda world, host: replace(world, personality=world.personality | KEEP_ADDRESSES),
    vary=lambda world, host: replace(world, personality=world.personality & ~KEEP_ADDRESSES),
)
