"""The directory of the build: another parent, another name, another length."""

from dataclasses import replace

from elfdiff.rebuild.variations.model import Variation

variation = Variation(
    name="build-path",
    what="the source tree stands in another directory, of another length and depth",
    causes=("build-path", "name-mangling", "rust-metadata", "random-seed", "temporary-path", "toolchain-path"),
    witness="pwd",
    vary=lambda world, host: replace(world, away=True),
)
