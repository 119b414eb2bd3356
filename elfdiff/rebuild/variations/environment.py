"""The environment: one more variable, which a build has no reason to read."""

from elfdiff.rebuild.variations.model import Variation

variation = Variation(
    name="environment",
    what="one more variable, ELFDIFF_OTHER, which only a build that copies its environment shows",
    causes=("configure-result", "build-flags", "host-identity"),
    witness='echo "${ELFDIFF_OTHER:-not set}"',
    vary=lambda world, host: world.with_environment(ELFDIFF_OTHER="seen-by-elfdiff"),
)
