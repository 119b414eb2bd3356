"""The umask: whether files of the build are writable for the group."""

from dataclasses import replace

from elfdiff.rebuild.variations.model import Variation

variation = Variation(
    name="umask",
    what="umask 0002 in place of 0022",
    causes=("umask", "configure-result", "archive-metadata"),
    witness="umask",
    control=lambda world, host: replace(world, umask=0o022),
    vary=lambda world, host: replace(world, umask=0o002),
)
