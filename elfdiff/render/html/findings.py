"""Findings: both values side by side, what differs marked, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from elfdiff.actions import is_pasted
from elfdiff.render import wording
from elfdiff.render.escape import shorten, shorten_pair
from elfdiff.render.html.markup import Markup, element, joined
from elfdiff.report import EvidenceItem, Finding, Fix, Location, Role

LONGEST = 320
"""Characters of a value that are shown."""
LONGEST_SENTENCE = 1000
SHOWN = 3
"""Pieces of evidence that are open; the others are folded."""
NAMES = 4
"""Names of entries that are shown."""
MOST = 20
"""Pieces of evidence of one finding in the page."""


def finding(found: Finding, where: Sequence[str] = (), entries: int = 0) -> Markup:
    """One finding as a part of the page. ``where`` are names of entries, for trees."""
    tag = wording.TAGS[found.role]
    head = element(
        "h3",
        element("span", tag, class_=f"tag {found.role.value}"),
        " ",
        element("code", found.cause),
        " ",
        element("span", found.confidence.value, class_="chip"),
    )
    body = [head, element("p", found.title, class_="title")]
    if found.summary and found.summary != found.title:
        body.append(element("p", shorten(found.summary, LONGEST_SENTENCE)))
    if entries:
        names = ", ".join(shorten(name, LONGEST) for name in where[:NAMES])
        left = entries - min(len(where), NAMES)
        body.append(element("p", f"in {names} and {left:,} more" if left > 0 else f"in {names}", class_="muted"))
    facts: list[str] = []
    if found.bytes.most:
        most = found.bytes.most
        facts.append("1 differing byte goes back to it" if most == 1 else f"{most:,} differing bytes go back to it")
    if found.sections:
        facts.append(f"in {shorten(wording.joined(found.sections, 6), LONGEST)}")
    if found.follows:
        facts.append(f"follows from {', '.join(found.follows)}")
    if facts:
        body.append(element("p", "; ".join(facts), class_="muted"))
    body += list(_fixes(found))
    body += list(_evidence(found))
    page = wording.page_address(found)
    link = (", or ", element("a", "its page", href=page)) if page else ()
    body.append(element("p", "More: ", element("code", f"elfdiff explain {found.cause}"), *link, class_="muted"))
    return element("section", *body, class_=f"finding {found.role.value}", id=f"cause-{found.cause}")


def evidence_table(items: Sequence[EvidenceItem]) -> Markup:
    """Both values of each item, one above the other on narrow screens."""
    return element("div", *(_item(item) for item in items), class_="evidence")


def _fixes(found: Finding) -> Iterator[Markup]:
    if not found.fixes:
        if found.role is not Role.CONSEQUENCE:
            yield element("p", "No flag fixes this.", class_="none")
        return
    best = wording.best_fixes(found)
    others = [fix for fix in found.fixes if fix not in best]
    yield element("ul", *map(_fix, best), class_="fixes")
    if others:
        summary = element("summary", "1 other fix" if len(others) == 1 else f"{len(others)} other fixes")
        yield element("details", summary, element("ul", *map(_fix, others), class_="fixes"))
    if found.unfixed and wording.removes(found):
        yield element("p", f"No fix here removes it from: {', '.join(found.unfixed)}", class_="none")


def _fix(fix: Fix) -> Markup:
    since = wording.known_since(fix.since)
    words = f"{fix.effect.value}, {fix.toolchain}" + (f" ({since})" if since else "")
    note = f"; {fix.note}" if fix.note else ""
    action = element("code", fix.line, class_="action") if is_pasted(fix.action) else element("span", fix.line)
    return element("li", action, element("div", f"{words}{note}", class_="muted"))


def _evidence(found: Finding) -> Iterator[Markup]:
    if not found.evidence:
        return
    yield evidence_table(found.evidence[:SHOWN])
    more = found.evidence[SHOWN:MOST]
    if more:
        left = found.evidence_total - SHOWN - len(more)
        tail = [element("p", f"{left:,} more in the JSON report (--all-evidence)", class_="muted")] if left > 0 else []
        yield element(
            "details", element("summary", f"{found.evidence_total - SHOWN:,} more places"), evidence_table(more), *tail
        )


def _item(item: EvidenceItem) -> Markup:
    a, b = _marked(item.a, item.b)
    parts = (item.section or "", f"symbol {item.symbol}" if item.symbol else "")
    where = shorten(" ".join(part for part in parts if part), LONGEST)
    return element(
        "div",
        element("div", *_place(item, where), class_="where"),
        element("div", element("b", "a"), " ", a, class_="value"),
        element("div", element("b", "b"), " ", b, class_="value"),
        class_="item",
    )


def _place(item: EvidenceItem, where: str) -> Iterator[Markup]:
    sides = [(side, place) for side, place in (("a", item.a), ("b", item.b)) if place is not None]
    offsets = ", ".join(f"{side} {place.offset:#x}" for side, place in sides)
    within = {place.within for _, place in sides} - {"file"}
    yield joined(where, " " if where else "", element("span", offsets, class_="muted"))
    if within:
        yield element("span", f" in {', '.join(sorted(within))}", class_="muted")


def _marked(a: Location | None, b: Location | None) -> tuple[Markup, Markup]:
    """Both values with what differs marked; "not in this file" for a side that lacks it."""
    if a is None or b is None:
        return _alone(a), _alone(b)
    one, other = shorten_pair(a.value, b.value, LONGEST)
    start = _common(one, other)
    end = _common(one[start:][::-1], other[start:][::-1])
    more = max(one, other, key=len)
    if min(len(one), len(other)) == start + end and more[start : len(more) - end].isdecimal():
        # A number that grew is another number: all of it is marked, not the digits alone that the other lacks.
        start -= _digits(one[:start][::-1])
        end -= _digits(one[len(one) - end :])
    shown = []
    for value in (one, other):
        middle = value[start : len(value) - end]
        parts = [value[:start], element("mark", middle) if middle else "", value[len(value) - end :]]
        shown.append(element("code", *parts))
    return shown[0], shown[1]


def _alone(place: Location | None) -> Markup:
    if place is None:
        return element("span", "not in this file", class_="muted")
    return element("code", shorten(place.value, LONGEST))


def _digits(text: str) -> int:
    """How many digits it begins with."""
    return len(text) - len(text.lstrip("0123456789"))


def _common(a: str, b: str) -> int:
    """The length of the longest common start."""
    count = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        count += 1
    return count
