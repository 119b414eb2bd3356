"""Facts about what a file carries, and none about chance likenesses inside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from elfdiff.comparison.pair import CarriedPair
from elfdiff.evidence.model import CarriedChange, Evidence, LoneSectionChange, SectionChange, TailChange
from elfdiff.payload.embedded import TAIL, UNKNOWN
from elfdiff.report import Location
from elfdiff.values import dataclass


@dataclass(frozen=True, slots=True)
class Insight:
    """What was seen in one of ``Pair.carried``: names of ``inside`` that differ, and whether causes were ``found``."""

    carried: CarriedPair
    inside: tuple[str, ...] = ()
    found: bool = False


def carried_facts(insights: Iterable[Insight]) -> Iterator[Evidence]:
    """One fact for each thing in which no cause was found; the end of the file has a fact of its own."""
    for insight in insights:
        a, b = insight.carried.a, insight.carried.b
        if insight.found or a.place == TAIL:
            continue
        form = a.form if a.form == b.form else UNKNOWN
        yield CarriedChange(
            section=a.place,
            a=Location(a.span.start, a.span.length, "file", f"{a.form}, {a.span.length} bytes"),
            b=Location(b.span.start, b.span.length, "file", f"{b.form}, {b.span.length} bytes"),
            place=a.place,
            form=form,
            inside=insight.inside,
        )


def without_carried(items: Iterable[Evidence], insights: Sequence[Insight]) -> Iterator[Evidence]:
    """The facts without those about bytes of what is carried: whoever looked inside has told all that there is."""
    places = {insight.carried.a.place for insight in insights}
    told = any(insight.found and insight.carried.a.place == TAIL for insight in insights)
    for item in items:
        if isinstance(item, TailChange):
            if not told:
                yield item
        elif isinstance(item, (SectionChange, LoneSectionChange)) and item.name in places:
            continue
        elif isinstance(item, CarriedChange) or not any(_is_inside(item, insight.carried) for insight in insights):
            yield item


def _is_inside(item: Evidence, carried: CarriedPair) -> bool:
    return any(
        place is not None
        and place.within == "file"
        and place.length > 0
        and span.start <= place.offset
        and place.offset + place.length <= span.end
        for place, span in ((item.a, carried.a.span), (item.b, carried.b.span))
    )
