"""The pairs: every one names its program, what was planted, and nothing that a report could have told."""

from __future__ import annotations

from .clocks import locale_pairs, time_pairs
from .languages import rust_pairs, toolchain_pairs
from .mixtures import archive_pairs, rarer_pairs, several_pairs
from .model import Pair
from .orders import hash_pairs, order_pairs, seed_pairs
from .packages import debian_pairs
from .paths import null_pairs, path_pairs
from .sights import sight_pairs
from .sources import host_pairs, source_pairs


def all_pairs() -> list[Pair]:
    """Every pair, in the order of the tables."""
    groups = [
        null_pairs(),
        path_pairs(),
        time_pairs(),
        locale_pairs(),
        order_pairs(),
        hash_pairs(),
        rust_pairs(),
        source_pairs(),
        toolchain_pairs(),
        host_pairs(),
        sight_pairs(),
        archive_pairs(),
        seed_pairs(),
        several_pairs(),
        rarer_pairs(),
        debian_pairs(),
    ]
    pairs = [one for group in groups for one in group]
    names = [one.name for one in pairs]
    if len(set(names)) != len(names):
        raise ValueError("two pairs bear one name")
    return pairs
