"""What of an archive follows from its members: the symbol index, the table of long names, sizes and references."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from elfdiff.archive.index import SymbolIndex
from elfdiff.archive.ledger import Owned, Run, around
from elfdiff.archive.model import Archive, Member
from elfdiff.archive.pairing import MemberPair
from elfdiff.span import Span
from elfdiff.values import dataclass, field


@dataclass(frozen=True, eq=False)
class Prediction:
    """What an index must say: the names that each member defines, the members in the order of the archive.

    Keys of ``names`` are the offsets of the members' headers. A member without an entry defines nothing.
    """

    names: Mapping[int, Sequence[bytes]] = field(repr=False)

    def verified(self, index: SymbolIndex) -> list[bool]:
        """For each entry: its offset is that of a member, and this is the next name that the member defines."""
        seen: dict[int, int] = defaultdict(int)
        out: list[bool] = []
        for offset, name in zip(index.offsets, index.names, strict=True):
            expected = self.names.get(offset, ())
            at = seen[offset]
            out.append(at < len(expected) and expected[at] == name)
            seen[offset] += 1
        return out

    def whole(self, index: SymbolIndex) -> bool:
        """The index holds exactly what is predicted, in this order."""
        wanted = [(offset, name) for offset in sorted(self.names) for name in self.names[offset]]
        return wanted == list(zip(index.offsets, index.names, strict=True))


def index_partners(a: SymbolIndex, b: SymbolIndex, partner: Mapping[int, int]) -> list[Run]:
    """Entries are partners if they name the same symbol of the same member; ``partner`` maps headers of a to b's."""
    width = min(a.width, b.width)
    runs: list[Run] = [(a.span.start + a.width - width, b.span.start + b.width - width, width)]
    if a.names == b.names and a.width == b.width:
        size = width * len(a.names)
        text = (a.ends[-1] if a.ends else a.names_start) - a.names_start
        runs += [(a.offset_span(0).start, b.offset_span(0).start, size), (a.names_start, b.names_start, text)]
    else:
        places: dict[tuple[int, bytes], list[int]] = defaultdict(list)
        for i, (offset, name) in enumerate(zip(b.offsets, b.names, strict=True)):
            places[offset, name].append(i)
        taken: dict[tuple[int, bytes], int] = defaultdict(int)
        for i, (offset, name) in enumerate(zip(a.offsets, a.names, strict=True)):
            key = (partner.get(offset, -1), name)
            found = places.get(key, [])
            if taken[key] < len(found):
                j = found[taken[key]]
                taken[key] += 1
                x, y = a.offset_span(i), b.offset_span(j)
                runs.append((x.end - width, y.end - width, width))
                x, y = a.name_span(i), b.name_span(j)
                runs.append((x.start, y.start, x.length))
    left = Span(a.ends[-1] if a.ends else a.names_start, a.span.end)
    right = Span(b.ends[-1] if b.ends else b.names_start, b.span.end)
    shorter = min(left.length, right.length)
    runs.append((left.start, right.start, shorter))
    return [run for run in runs if run[2]]


def index_owned(
    a_data: bytes,
    b_data: bytes,
    a: SymbolIndex,
    b: SymbolIndex,
    predictions: tuple[Prediction, Prediction],
    causes: tuple[str, ...],
) -> list[Owned]:
    """The bytes of both that follow from the members; an entry that says anything else follows from nothing."""
    out: list[Owned] = []
    for side, data, index, prediction in (("a", a_data, a, predictions[0]), ("b", b_data, b, predictions[1])):
        spans: list[Span] = []
        if prediction.whole(index):
            spans.append(Span(index.span.start, index.ends[-1] if index.ends else index.names_start))
        else:
            for i, good in enumerate(prediction.verified(index)):
                spans += [index.offset_span(i), index.name_span(i)] if good else []
        rest = Span(index.ends[-1] if index.ends else index.names_start, index.span.end)
        if not data[rest.start : rest.end].strip(b"\0"):
            spans.append(rest)
        for span in spans:
            left, right = (span, None) if side == "a" else (None, span)
            out.append(Owned(left, right, "consequence", causes, "symbol index"))
    return out


def names_partners(a: Archive, b: Archive, x: Span, y: Span, pairs: Sequence[MemberPair]) -> list[Run]:
    """Names of paired members are partners, from both ends as far as they agree, each with its terminator."""
    runs: list[Run] = []
    used: tuple[set[int], set[int]] = (set(), set())
    for pair in pairs:
        one, other = pair.a, pair.b
        if one is None or other is None or not one.reference or not other.reference:
            continue
        left, right = one.name_span, other.name_span
        # Two members may share one name.
        if left.start in used[0] or right.start in used[1]:
            continue
        used[0].add(left.start)
        used[1].add(right.start)
        runs += around(a.data, b.data, left, right)
        behind = min(2, x.end - left.end, y.end - right.end)
        if behind and a.data[left.end : left.end + behind] == b.data[right.end : right.end + behind]:
            runs.append((left.end, right.end, behind))
    if not runs:
        return around(a.data, b.data, x, y)
    left_end = max(run[0] + run[2] for run in runs)
    right_end = max(run[1] + run[2] for run in runs)
    rest = min(x.end - left_end, y.end - right_end)
    return [*runs, *([(left_end, right_end, rest)] if rest > 0 else [])]


def header_owned(a: Archive, b: Archive, x: Member, y: Member, causes: tuple[str, ...]) -> list[Owned]:
    """The size field, where it is written as ar writes it, and references to the table of names.

    Reading has checked both: the next header begins behind so many bytes, and the reference leads to the member's
    name, which is equal or a fact of its own.
    """
    out: list[Owned] = []
    spans = (x.field_span("size"), y.field_span("size"))
    sizes = [archive.data[span.start : span.end] for archive, span in zip((a, b), spans, strict=True)]
    if sizes == [b"%-10d" % x.declared, b"%-10d" % y.declared] and x.data is not None and y.data is not None:
        out.append(Owned(*spans, "consequence", causes, "size of the member"))
    if x.reference and y.reference:
        out.append(Owned(x.field_span("name"), y.field_span("name"), "consequence", causes, "place of the name"))
    return out
