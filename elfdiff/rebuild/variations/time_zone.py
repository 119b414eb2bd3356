"""The time zone: 14 hours ahead of UTC, written so that no time zone database is needed."""

from elfdiff.rebuild.variations.model import Variation

variation = Variation(
    name="time-zone",
    what="TZ is 14 hours ahead of UTC",
    causes=("time-zone", "build-time"),
    witness="date +%z",
    control=lambda world, host: world.with_environment(TZ="UTC"),
    vary=lambda world, host: world.with_environment(TZ="GMT-14"),
)
