"""Run every extractor over a pair."""

from __future__ import annotations

from elfdiff.comparison.pair import Pair
from elfdiff.evidence import (
    data,
    dependencies,
    functions,
    headers,
    instructions,
    lines,
    modules,
    notes,
    objects,
    order,
    splits,
    strings,
    symbols,
    tools,
)
from elfdiff.evidence.hashes import only_digests_differ
from elfdiff.evidence.model import Context, Evidence, EvidenceSet
from elfdiff.payload.comment import toolchain
from elfdiff.payload.languages import languages

_EXTRACTORS = (
    tools,
    dependencies,
    headers,
    notes,
    modules,
    strings,
    objects,
    data,
    lines,
    splits,
    symbols,
    order,
    functions,
    instructions,
)


def gather(pair: Pair) -> EvidenceSet:
    """All facts about a pair, and what kind of files it is made of."""
    items: list[Evidence] = []
    for extractor in _EXTRACTORS:
        items += extractor.extract(pair)
    return EvidenceSet(tuple(items), context(pair))


def context(pair: Pair) -> Context:
    """What fixes depend on."""
    a, b = pair.a, pair.b
    return Context(
        a_tools=tuple((tool.kind, tool.version) for tool in toolchain(a)),
        b_tools=tuple((tool.kind, tool.version) for tool in toolchain(b)),
        languages=tuple(dict.fromkeys((*languages(a), *languages(b)))),
        machine=a.header.machine_name,
        stripped=a.is_stripped and b.is_stripped,
        has_debug=all(any(s.name.startswith((".debug_", ".zdebug_")) for s in elf.sections) for elf in (a, b)),
        only_hashes_differ=only_digests_differ(a, b),
        relocatable=a.header.type_name.endswith("REL"),
        kernel_module=a.section(".modinfo") is not None,
        link_time=any("GIMPLE" in (unit.producer or "") for unit in a.debug_units),
    )
