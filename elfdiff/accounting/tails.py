"""Texts of a pool that stand alone in one file, and as the end of another text in the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from elfdiff.comparison.alignment.oneway import OneWay
from elfdiff.comparison.references.fields import contents_of
from elfdiff.comparison.runs import isin
from elfdiff.span import Span


def parted(alignment: OneWay) -> Iterator[tuple[int, int, int]]:
    """(offset in a, offset in b, bytes): texts that b holds by themselves, and a as the end of others.

    Only those that something in a refers to there.
    """
    for index, (ours, theirs) in alignment.tails.items():
        start = alignment.a.place(alignment.a.elf.sections[index])[0]
        there = alignment.b.place(alignment.b.elf.sections[alignment.section_map[index]])[0]
        new = {ours.place(text): text for text in theirs.texts.keys() - ours.texts.keys()}
        new.pop(None, None)
        if not new:
            continue
        wanted = np.array(list(new), dtype=np.int64)
        spoken = {
            int(target)
            for group in alignment.fields
            if group.space == contents_of(index)
            for target in group.target[isin(group.target, wanted)]
        }
        for at in sorted(spoken):
            yield start + at, there + theirs.texts[new[at]], len(new[at]) + 1


def merged(alignment: OneWay) -> Iterator[Span]:
    """Texts that a holds by themselves, and b as the end of others (file offsets of a)."""
    for index, (ours, theirs) in alignment.tails.items():
        start = alignment.a.place(alignment.a.elf.sections[index])[0]
        for text in sorted(ours.texts.keys() - theirs.texts.keys()):
            if theirs.place(text) is not None:
                yield Span(start + ours.texts[text], start + ours.texts[text] + len(text) + 1)
