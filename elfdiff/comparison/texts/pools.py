"""Align text: pools of NUL-terminated strings by string, other contents around the strings that a rewrite changes."""

from __future__ import annotations

import bisect
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence

import numpy as np

from elfdiff.comparison.content import align_content, common_prefix, filled
from elfdiff.comparison.runs import Runs, composed, without
from elfdiff.comparison.texts.rewrites import Rewrite, RewriteKind
from elfdiff.patterns import late
from elfdiff.values import dataclass

MAX_OCCURRENCES = 200_000
"""Places at which rewrites are tried in one section that is no pool."""
LONGEST = 1 << 12
"""Bytes of a text that is looked for as a whole."""
CONTEXT = 24
"""Bytes behind a rewritten word that must stand in b, too."""
SHORTER = (12, 6)
"""Fewer of them, where nothing says how far the text reaches."""
_WHOLE = late(rb"[^\0]+")
_HASHES = late(rb"\.llvm\.[0-9]+|17h[0-9a-f]{16}E|[0-9a-f]{16,}|Cs[0-9A-Za-z]{10,12}_|(?<=\.)[0-9a-f]{8}\Z")
"""Parts of symbol names that compilers make from hashes: ``.llvm.N``, Rust's legacy and v0 crate hashes, cgu names,
the digest that gcc's LTO puts behind a unit's name."""


def shape(name: bytes) -> bytes | None:
    """The name with the hashes in it masked; None if it holds none."""
    masked, count = _HASHES.subn(b"#", name)
    return masked if count else None


@dataclass(frozen=True, slots=True)
class TextChange:
    """Bytes ``a_at``, ``a_length`` of a became ``b_at``, ``b_length`` of b by one rewrite; offsets within the
    content."""

    a_at: int
    a_length: int
    b_at: int
    b_length: int
    rewrite: int


@dataclass(frozen=True, slots=True)
class TextAlignment:
    """Runs of one section's content, and the words in it that a rewrite changed, exactly."""

    runs: Runs
    changes: tuple[TextChange, ...] = ()


def _rank(rewrite: Rewrite) -> tuple[bool, int]:
    """Of rewrites at one place a word comes first, then the longest."""
    return rewrite.kind is not RewriteKind.TOKEN, -len(rewrite.a)


def pieces(old: bytes, new: bytes, rewrites: Sequence[Rewrite]) -> list[tuple[int, int, int, int, int]] | None:
    """How rewrites turn ``old`` into ``new``: (at, length, new at, new length, rewrite id); None if they do not."""
    found: list[tuple[int, int, int, int, int]] = []
    i = j = 0
    while True:
        best: tuple[int, Rewrite] | None = None
        for rewrite in rewrites:
            if rewrite.kind is RewriteKind.PERMUTATION or not rewrite.a:
                continue
            at = old.find(rewrite.a, i)
            while at >= 0 and not (old[i:at] == new[j : j + at - i] and new.startswith(rewrite.b, j + at - i)):
                at = old.find(rewrite.a, at + 1) if old[i:at] == new[j : j + at - i] else -1
            if at >= 0 and (best is None or (at, *_rank(rewrite)) < (best[0], *_rank(best[1]))):
                best = (at, rewrite)
        if best is None:
            return found if found and old[i:] == new[j:] else None
        at, rewrite = best
        j += at - i
        found.append((at, len(rewrite.a), j, len(rewrite.b), rewrite.id))
        i = at + len(rewrite.a)
        j += len(rewrite.b)
        if old[i:] == new[j:]:
            return found


def align_words(old: bytes, new: bytes) -> list[tuple[int, int, int]]:
    """Runs between two texts known to be partners: equal ends, and the middles side by side."""
    if len(old) == len(new):
        return [(0, 0, len(old))]
    left, right = np.frombuffer(old, dtype=np.uint8), np.frombuffer(new, dtype=np.uint8)
    head = common_prefix(left, right)
    room = min(len(old), len(new)) - head
    tail = common_prefix(left[len(old) - room :][::-1], right[len(new) - room :][::-1])
    if not tail and room > 1:
        # The last byte goes with the last byte, so that the end of the one is the end of the other.
        tail = 1
    return [(0, 0, min(len(old), len(new)) - tail), (len(old) - tail, len(new) - tail, tail)]


class Rewriter:
    """Applies the rewrites of a pair to single strings."""

    def __init__(self, rewrites: Sequence[Rewrite]) -> None:
        self.inner = [rewrite for rewrite in rewrites if rewrite.kind in (RewriteKind.PREFIX, RewriteKind.TOKEN)]
        self.whole: dict[bytes, list[Rewrite]] = defaultdict(list)
        for rewrite in rewrites:
            if rewrite.kind is RewriteKind.OPAQUE:
                self.whole[rewrite.a].append(rewrite)
        self.found_inside = [rewrite for rewrite in self.inner if len(rewrite.a) >= 4 or rewrite.a.startswith(b"/")]

    def variants(self, text: bytes) -> list[bytes]:
        """What ``text`` may read in b: by all prefixes and tokens in turn, by each alone, or as a whole."""
        out: list[bytes] = []
        together = text
        for rewrite in self.inner:
            if rewrite.a in text or rewrite.a in together:
                out.append(rewrite.apply(text))
                together = rewrite.apply(together)
        return [v for v in dict.fromkeys([together, *out, *(r.b for r in self.whole.get(text, ()))]) if v != text]

    def usable(self, text: bytes) -> list[Rewrite]:
        """Those rewrites that can have changed ``text``."""
        return [rewrite for rewrite in self.inner if rewrite.a in text] + self.whole.get(text, [])


def split_pool(data: bytes) -> tuple[list[bytes], list[int]]:
    """The strings of a pool and their offsets; a last one without NUL counts, an empty rest does not."""
    strings = data.split(b"\0")
    if strings and not strings[-1]:
        strings.pop()
    lengths = np.fromiter((len(text) + 1 for text in strings), dtype=np.int64, count=len(strings))
    return strings, (np.cumsum(lengths) - lengths).tolist()


def align_pool(
    a: bytes, b: bytes, rewriter: Rewriter, elsewhere: tuple[Container[int], Container[int]] = ((), ())
) -> TextAlignment:
    """Align two string tables string by string, in any order; strings changed by a rewrite are partners.

    ``elsewhere``: where strings of a and of b begin that have their partner in another table.
    """
    if a == b and not elsewhere[0]:
        return TextAlignment(Runs.of([(0, 0, len(a))]))
    a_strings, a_at = _without(*split_pool(a), elsewhere[0])
    b_strings, b_at = _without(*split_pool(b), elsewhere[1])
    waiting: dict[bytes, list[int]] = defaultdict(list)
    for index in range(len(b_strings) - 1, -1, -1):
        waiting[b_strings[index]].append(index)
    partner = [-1] * len(a_strings)
    changed: list[tuple[int, int]] = []
    late: list[int] = []
    for index, text in enumerate(a_strings):
        queue = waiting.get(text)
        if queue:
            partner[index] = queue.pop()
        else:
            late.append(index)
    # A text that b has more often than a has others that became it: a copy that nothing accounts for is among them.
    often = Counter(_first_in(waiting, rewriter.variants(a_strings[index])) for index in late)
    for index in late:
        variant = _first_in(waiting, rewriter.variants(a_strings[index]))
        if variant is not None and len(waiting[variant]) <= max(often[variant], 1):
            often[variant] -= 1
            partner[index] = waiting[variant].pop()
            changed.append((index, partner[index]))
    guessed = _by_shape(a_strings, b_strings, partner, waiting)
    guessed += _between(partner, len(b_strings))
    runs: list[tuple[int, int, int]] = []
    changes: list[TextChange] = []
    altered = {index for index, _ in (*changed, *guessed)}
    for index, other in enumerate(partner):
        if other < 0 or index in altered:
            continue
        runs.append((a_at[index], b_at[other], len(a_strings[index]) + 1))
    for index, other in changed:
        old, new = a_strings[index], b_strings[other]
        found = pieces(old, new, rewriter.usable(old))
        runs += changed_runs(old + b"\0", new + b"\0", a_at[index], b_at[other], found or [])
        changes += [
            TextChange(a_at[index] + at, length, b_at[other] + to, size, rewrite)
            for at, length, to, size, rewrite in found or ()
        ]
    for index, other in guessed:
        for x, y, n in align_words(a_strings[index] + b"\0", b_strings[other] + b"\0"):
            runs.append((a_at[index] + x, b_at[other] + y, n))
    clipped = [(x, y, min(n, len(a) - x, len(b) - y)) for x, y, n in runs]
    return TextAlignment(Runs.of(clipped), tuple(changes))


def _without(strings: list[bytes], at: list[int], left_out: Container[int]) -> tuple[list[bytes], list[int]]:
    kept = [(text, place) for text, place in zip(strings, at, strict=True) if place not in left_out]
    return [text for text, _ in kept], [place for _, place in kept]


def _first_in(waiting: Mapping[bytes, list[int]], variants: Iterable[bytes]) -> bytes | None:
    """The first of the variants that b has and that waits for a partner."""
    return next((variant for variant in variants if waiting.get(variant)), None)


def changed_runs(
    old: bytes, new: bytes, a_at: int, b_at: int, found: Iterable[tuple[int, int, int, int, int]]
) -> list[tuple[int, int, int]]:
    """Runs between two texts of which one became the other by ``found``, as :func:`pieces` gives it."""
    found = list(found)
    if not found:
        return [(a_at + x, b_at + y, n) for x, y, n in align_words(old, new)]
    runs: list[tuple[int, int, int]] = []
    i = j = 0
    for at, length, to, size, _ in found:
        runs.append((a_at + i, b_at + j, at - i))
        for x, y, n in align_words(old[at : at + length], new[to : to + size]):
            runs.append((a_at + at + x, b_at + to + y, n))
        i, j = at + length, to + size
    runs.append((a_at + i, b_at + j, len(old) - i))
    return runs


def _by_shape(
    a_strings: list[bytes], b_strings: list[bytes], partner: list[int], waiting: dict[bytes, list[int]]
) -> list[tuple[int, int]]:
    """Pair leftovers that are equal but for hashes in them, if only one of a and one of b have that shape."""
    shapes: dict[bytes | None, list[int]] = defaultdict(list)
    for queue in waiting.values():
        for other in queue:
            shapes[shape(b_strings[other])].append(other)
    mine: dict[bytes | None, list[int]] = defaultdict(list)
    for index, other in enumerate(partner):
        if other < 0 and a_strings[index]:
            mine[shape(a_strings[index])].append(index)
    out: list[tuple[int, int]] = []
    for masked, ours in mine.items():
        theirs = sorted(shapes.get(masked, ()))
        if masked is not None and len(ours) == len(theirs):
            for index, other in zip(ours, theirs, strict=True):
                partner[index] = other
                out.append((index, other))
    return out


def _between(partner: list[int], b_count: int) -> list[tuple[int, int]]:
    """Pair leftovers that stand between the same two partners, as many in a as in b."""
    taken = sorted(other for other in partner if other >= 0)
    out: list[tuple[int, int]] = []
    index = 0
    while index < len(partner):
        if partner[index] >= 0:
            index += 1
            continue
        end = index
        while end < len(partner) and partner[end] < 0:
            end += 1
        low = partner[index - 1] + 1 if index else 0
        at = bisect.bisect_left(taken, low)
        high = taken[at] if at < len(taken) else b_count
        follows = (end < len(partner) and partner[end] == high) or (end == len(partner) and high == b_count)
        if follows and high - low == end - index:
            out += [(index + k, low + k) for k in range(end - index)]
        index = end
    return out


def align_text_in(a: bytes, b: bytes, rewriter: Rewriter) -> TextAlignment:
    """Align contents that hold strings among other things: rewrite a first, where b holds the result."""
    if a == b:
        return TextAlignment(Runs.of([(0, 0, len(a))]))
    sites = _sites(a, b, rewriter)
    if not sites:
        return TextAlignment(align_content(a, b))
    parts: list[bytes] = []
    steps: list[tuple[int, int, int]] = []
    marks: list[tuple[int, int, int, int, int]] = []
    at = to = 0
    for start, rewrite in sites:
        parts += [a[at:start], rewrite.b]
        steps.append((at, to, start - at))
        to += start - at
        steps += [(start + x, to + y, n) for x, y, n in align_words(rewrite.a, rewrite.b)]
        marks.append((start, len(rewrite.a), to, len(rewrite.b), rewrite.id))
        at = start + len(rewrite.a)
        to += len(rewrite.b)
    parts.append(a[at:])
    steps.append((at, to, len(a) - at))
    rewritten = b"".join(parts)
    onward = _with_whole_texts(align_content(rewritten, b), marks, rewritten, b)
    changes: list[TextChange] = []
    for start, length, to, size, rewrite_id in marks:
        place, whole = onward.map_fields(np.array([to], dtype=np.int64), max(size, 1))
        if whole[0] and b[int(place[0]) : int(place[0]) + size] == rewritten[to : to + size]:
            changes.append(TextChange(start, length, int(place[0]), size, rewrite_id))
    return TextAlignment(composed(Runs.of(steps), onward), tuple(changes))


def _with_whole_texts(onward: Runs, marks: list[tuple[int, int, int, int, int]], rewritten: bytes, b: bytes) -> Runs:
    """``onward`` with texts in which something was rewritten (``marks``, see :func:`align_text_in`) where they stand in
    b: those that stand between two NULs once on either side, wherever their neighbours went."""
    wanted: set[bytes] = set()
    right = True
    for _, _, to, size, _ in marks:
        start, end = rewritten.rfind(b"\0", 0, to) + 1, rewritten.find(b"\0", to + size)
        if 0 < end - start <= LONGEST:
            text = rewritten[start:end]
            wanted.add(text)
            place, whole = onward.map_fields(np.array([start]), len(text) + 1)
            right = right and bool(whole[0]) and b.startswith(text + b"\0", int(place[0]))
    if right:
        return onward
    ours, theirs = _only_whole(wanted, rewritten), _only_whole(wanted, b)
    placed = sorted((ours[text], theirs[text], len(text) + 1) for text in wanted if text in ours and text in theirs)
    if not placed:
        return onward
    rest = without(onward.triples(), [(x, x + n) for x, _, n in placed], 0)
    taken = sorted((y, y + n) for _, y, n in placed)
    rest = without(sorted(rest, key=lambda run: run[1]), taken, 1)
    return filled([*rest, *placed], np.frombuffer(rewritten, np.uint8), np.frombuffer(b, np.uint8))


def _followers(word: bytes, b: bytes) -> set[bytes] | bytes:
    """What stands behind the word in b, cut as :func:`_follows` cuts, and the beginnings of it that count.

    All of b behind no word at all.
    """
    if not word:
        return b
    found: set[bytes] = set()
    at = b.find(word)
    while at >= 0:
        follows = _follows(b, at + len(word))
        found.add(follows)
        found.update(follows[:n] for n in SHORTER if n < len(follows))
        at = b.find(word, at + 1)
    return found


def _follows(contents: bytes, end: int) -> bytes:
    """Up to and with the next NUL, but no more than CONTEXT bytes."""
    stop = contents.find(b"\0", end, end + CONTEXT)
    return contents[end : stop + 1 if stop >= 0 else end + CONTEXT]


def _stands(rewrite: Rewrite, follows: bytes, there: set[bytes] | bytes) -> bool:
    """The rewritten word with what follows is in b; texts without NUL may have another neighbour there."""
    if rewrite.apply(rewrite.a + follows) != rewrite.b + follows:
        return False
    return follows in there or (
        not follows.endswith(b"\0") and any(follows[:n] in there for n in SHORTER if n < len(follows))
    )


def _only_whole(wanted: Container[bytes], contents: bytes) -> dict[bytes, int]:
    """Where each of these texts stands between two NULs, or at the very beginning; without those that do so twice."""
    found: dict[bytes, int] = {}
    twice: set[bytes] = set()
    for match in _WHOLE.finditer(contents, 0, contents.rfind(b"\0") + 1):
        text = match.group()
        if text in wanted:
            if text in found:
                twice.add(text)
            found[text] = match.start()
    return {text: at for text, at in found.items() if text not in twice}


def _sites(a: bytes, b: bytes, rewriter: Rewriter) -> list[tuple[int, Rewrite]]:
    """Where to rewrite a: the word stands there, and b holds the new word with what follows."""
    found: list[tuple[int, tuple[bool, int], Rewrite]] = []
    ours = _only_whole(rewriter.whole, a) if rewriter.whole else {}
    ours = {text: at for text, at in ours.items() if len(text) >= 4 or text.startswith(b"/")}
    theirs = _only_whole({rewrite.b for text in ours for rewrite in rewriter.whole[text]}, b) if ours else {}
    for text, at in ours.items():
        found += [(at, _rank(rewrite), rewrite) for rewrite in rewriter.whole[text] if rewrite.b in theirs]
    tried = 0
    for rewrite in rewriter.found_inside:
        at = a.find(rewrite.a)
        there = _followers(rewrite.b, b) if at >= 0 else b""
        seen: dict[bytes, bool] = {}
        while at >= 0 and tried < MAX_OCCURRENCES:
            tried += 1
            follows = _follows(a, at + len(rewrite.a))
            if follows not in seen:
                seen[follows] = _stands(rewrite, follows, there)
            if seen[follows]:
                found.append((at, _rank(rewrite), rewrite))
            at = a.find(rewrite.a, at + 1)
    out: list[tuple[int, Rewrite]] = []
    end = 0
    for at, _, rewrite in sorted(found, key=lambda item: (item[0], item[1], item[2].id)):
        if at >= end:
            out.append((at, rewrite))
            end = at + len(rewrite.a)
    return out
