"""Pair the texts that changed: which text of b is what a's text became."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from elfdiff.comparison.texts.find import MIN_RUN, Spot
from elfdiff.elf.model import Section
from elfdiff.patterns import late
from elfdiff.values import dataclass

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MIN_PIECE = 6
MAX_STRAY = 4
MAX_SEARCHED = 1 << 29
MANY_SEARCHES = 200
MAX_MARKED = 64 << 20
"""Bytes of contents whose beginnings are marked."""
MARKS = (24, 26)
"""Bits of a mark, for contents up to FEW_MARKED bytes and beyond: each possible mark takes a byte of memory."""
FEW_MARKED = 4 << 20
_STEP = 1 << 18
_MIX = 0x9E3779B97F4A7C15
MAX_SIMILAR = 200
MAX_COMPARED = 400
MAX_SCORED = 30_000_000
SIMILAR = 0.6

_MONTH = late(rb"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b")
_DAY = late(rb"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\b")
_UUID = late(rb"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_HEX = late(rb"(?<![0-9A-Za-z])g?(?=[0-9a-f]*[0-9])[0-9a-f]{7,64}(?![0-9A-Za-z])")
_OPENING = late(rb"\s*[A-Za-z]\S*\s+[A-Za-z]\S*\s+(?=\S)")
_NUMBER = late(rb" *[0-9]+")


@dataclass(frozen=True, slots=True)
class StringPair:
    """A text of a and what it became in b; a side is None where the text was removed or added.

    ``rewrites`` are the ids that turn a's text into b's; ``exact`` says that they give b's text to the byte.
    ``how`` is why the two are partners: rewrite, unit, shape, similar, symbol, neighbour,
    or alone.
    """

    a: Spot | None
    b: Spot | None
    rewrites: tuple[int, ...]
    exact: bool
    how: str


def skeleton(text: bytes) -> bytes:
    """The text with what usually varies masked: month and day names, UUIDs, hexadecimal words, numbers."""
    text = _UUID.sub(b"\x01", text)
    text = _HEX.sub(b"\x02", text)
    text = _MONTH.sub(b"\x03", text)
    text = _DAY.sub(b"\x04", text)
    return _NUMBER.sub(b"\x05", text)


def pair_texts(
    a_spots: Sequence[Spot],
    b_spots: Sequence[Spot],
    a_before: dict[int, bytes],
    b_before: dict[int, bytes],
    has_prefixes: bool,
    rewrite: dict[int, bytes],
    told: Mapping[bytes, bytes] = MappingProxyType({}),
) -> list[tuple[Spot | None, Spot | None, str]]:
    """Pair unmatched texts of one section: (a, b, how), in a's order, then what only b has.

    ``rewrite`` maps the offset of a text of a to that text after every prefix rewrite, ``told`` a text of a to that of
    b which is known to be its partner: names of one unit.
    """
    partner: dict[int, tuple[Spot, str]] = {}
    free_b = {spot.offset: spot for spot in b_spots}

    def join(a_spot: Spot, b_spot: Spot, how: str) -> None:
        partner[a_spot.offset] = (b_spot, how)
        del free_b[b_spot.offset]

    def by_key(how: str, a_keys: dict[int, bytes], b_keys: dict[int, bytes], unique: bool = False) -> None:
        waiting: dict[bytes, deque[Spot]] = defaultdict(deque)
        for spot in b_spots:
            if spot.offset in free_b and b_keys[spot.offset]:
                waiting[b_keys[spot.offset]].append(spot)
        counts = Counter(a_keys[spot.offset] for spot in a_spots if spot.offset not in partner)
        for spot in a_spots:
            if spot.offset in partner:
                continue
            queue = waiting.get(a_keys[spot.offset])
            if queue and not (unique and (len(queue) > 1 or counts[a_keys[spot.offset]] > 1)):
                join(spot, queue.popleft(), how)

    b_texts = {spot.offset: spot.text for spot in b_spots}
    if has_prefixes:
        by_key("rewrite", rewrite, b_texts)
    if told:
        by_key("unit", {spot.offset: told.get(spot.text, b"") for spot in a_spots}, b_texts)
    by_key(
        "shape", {s.offset: skeleton(rewrite[s.offset]) for s in a_spots}, {s.offset: skeleton(s.text) for s in b_spots}
    )
    a_left = [spot for spot in a_spots if spot.offset not in partner]
    b_left = [spot for spot in b_spots if spot.offset in free_b]
    if a_left and b_left and max(len(a_left), len(b_left)) <= MAX_SIMILAR:
        for a_spot, b_spot in _similar(a_left, b_left, rewrite):
            join(a_spot, b_spot, "similar")
    opening = {spot.offset: _opening(rewrite[spot.offset]) for spot in a_spots}
    by_key("similar", opening, {spot.offset: _opening(spot.text) for spot in b_spots}, unique=True)
    became = {spot.text: partner[spot.offset][0].text for spot in a_spots if spot.offset in partner}
    following: dict[bytes, deque[Spot]] = defaultdict(deque)
    for spot in b_spots:
        if spot.offset in free_b and b_before[spot.offset]:
            following[b_before[spot.offset]].append(spot)
    for spot in a_spots:
        before = a_before[spot.offset]
        queue = following.get(became.get(before, before))
        if spot.offset not in partner and queue:
            join(spot, queue.popleft(), "neighbour")
            became[spot.text] = partner[spot.offset][0].text
    result: list[tuple[Spot | None, Spot | None, str]] = []
    for spot in a_spots:
        found = partner.get(spot.offset)
        result.append((spot, found[0], found[1]) if found else (spot, None, "alone"))
    result += [(None, spot, "alone") for spot in b_spots if spot.offset in free_b]
    return result


def _opening(text: bytes) -> bytes:
    """The first two words of a text of three words or more, with the white space around them; b"" for a shorter one."""
    match = _OPENING.match(text)
    return match.group() if match else b""


class Contents:
    """The bytes of one section, asked whether they hold all of a text in pieces; gives up past a budget of searched
    bytes."""

    def __init__(self, contents: bytes) -> None:
        self.bytes = contents
        self._budget = MAX_SEARCHED
        self._places_budget = MAX_SEARCHED
        self._searches = 0
        self._bits = MARKS[len(contents) > FEW_MARKED]
        self._beginnings: npt.NDArray[np.bool_] | None = None

    def holds_pieces_of(self, text: bytes) -> bool:
        """True if the text is made of pieces of at least six bytes that all stand somewhere in the contents.

        Where texts have no ends, or a number in front of one happens to be printable, a text that only moved meets new
        neighbours and looks changed. Up to four stray bytes in front are such a number, if a text begins behind them.
        """
        if self._budget <= 0:
            return False
        if self._in_pieces(text):
            return True
        strays = [
            at
            for at in range(1, min(MAX_STRAY, max(len(text) - MIN_PIECE, 0)) + 1)
            # A directory in front of a path is no number.
            if not (text.startswith(b"/") and text.startswith(b"/", at))
        ]
        return any(self._has(b"\0" + text[at : at + MIN_PIECE]) and self._in_pieces(text[at:]) for at in strays)

    def holds_text(self, text: bytes) -> bool:
        """True if the text stands in the contents with a NUL on both sides."""
        return len(text) >= MIN_PIECE and self._has(b"\0" + text + b"\0")

    def _in_pieces(self, text: bytes) -> bool:
        while text:
            if len(text) < MIN_PIECE or not self._has(text[:MIN_PIECE]):
                return False
            low, high = MIN_PIECE, len(text)
            while low < high:
                middle = (low + high + 1) // 2
                if self._has(text[:middle]):
                    low = middle
                else:
                    high = middle - 1
            text = text[low:]
        return True

    def _has(self, piece: bytes) -> bool:
        if self._budget <= 0:
            return False
        at = self._find(piece)
        self._budget -= len(self.bytes) if at < 0 else at
        return at >= 0

    def _find(self, piece: bytes) -> int:
        """As bytes.find; where much is searched for, marks of all beginnings say at once what stands nowhere."""
        self._searches += 1
        if len(piece) < MIN_PIECE or self._searches < MANY_SEARCHES or len(self.bytes) > MAX_MARKED:
            return self.bytes.find(piece)
        if self._beginnings is None:
            self._beginnings = _beginnings(self.bytes, self._bits)
        mark = int.from_bytes(piece[:MIN_PIECE], "big") * _MIX % (1 << 64) >> 64 - self._bits
        return self.bytes.find(piece) if self._beginnings[mark] else -1

    def only_place_of(self, piece: bytes) -> int | None:
        """Where the piece stands; None if it stands nowhere, or twice."""
        if self._places_budget <= 0:
            return None
        at = self._find(piece)
        self._places_budget -= len(self.bytes)
        return at if at >= 0 and self.bytes.find(piece, at + 1) < 0 else None


def _beginnings(data: bytes, bits: int) -> npt.NDArray[np.bool_]:
    """Which marks of ``bits`` bits are those of MIN_PIECE bytes that stand together."""
    import numpy as np

    out = np.zeros(1 << bits, dtype=bool)
    for start in range(0, len(data) - MIN_PIECE + 1, _STEP):
        row = np.frombuffer(data, np.uint8)[start : start + _STEP + MIN_PIECE - 1].astype(np.uint64)
        key = np.zeros(len(row) - MIN_PIECE + 1, np.uint64)
        for at in range(MIN_PIECE):
            key <<= np.uint64(8)
            key |= row[at : at + len(key)]
        key *= np.uint64(_MIX)
        key >>= np.uint64(64 - bits)
        out[key] = True
    return out


def short_partner(spot: Spot, before: bytes, here: bytes, there: Contents, section: Section) -> Spot | None:
    """The text too short to be noticed that stands behind ``before`` in the other contents, where ``spot`` does here.

    None unless ``before`` ends with a NUL on both sides and stands once in the other contents.
    """
    end = spot.offset
    while end and here[end - 1] == 0:
        end -= 1
    if not before or end == spot.offset or not here.endswith(before, 0, end):
        return None
    at = there.only_place_of(before + b"\0")
    if at is None:
        return None
    other = there.bytes
    start = at + len(before)
    while start < len(other) and other[start] == 0:
        start += 1
    end = other.find(b"\0", start, start + MIN_RUN)
    text = other[start:end] if end > start else b""
    return Spot(section, start, text) if text and text.isascii() and text.decode().isprintable() else None


def only_moved(left: bytes | None, right: bytes | None, a_contents: Contents, b_contents: Contents) -> bool:
    """True if a text of a (rewritten) and one of b differ only by where they stand: by a stray byte or by their
    neighbours.

    A text that goes on in the other file is a change, unless what follows is a text of its own in both.
    """
    if left is not None and right is not None:
        for whole, part, contents in ((left, right, b_contents), (right, left, a_contents)):
            if whole.startswith(part) and not contents.holds_text(whole[len(part) :]):
                return False
    return (left is None or b_contents.holds_pieces_of(left)) and (right is None or a_contents.holds_pieces_of(right))


def _similar(a_left: list[Spot], b_left: list[Spot], rewrite: dict[int, bytes]) -> list[tuple[Spot, Spot]]:
    """Greedy best-first pairs of texts whose similarity is at least SIMILAR; each text once.

    difflib is quadratic in the length of a pair of texts: past a budget of characters squared no further pair is
    scored.
    """
    if not a_left or not b_left:
        return []
    from difflib import SequenceMatcher

    scored: list[tuple[float, int, int]] = []
    budget = MAX_SCORED
    for j, b_spot in enumerate(b_left):
        matcher: SequenceMatcher[str] = SequenceMatcher(None, autojunk=False)
        right = _letters(b_spot.text)
        matcher.set_seq2(right)
        for i, a_spot in enumerate(a_left):
            left = _letters(rewrite[a_spot.offset])
            matcher.set_seq1(left)
            if budget > 0 and matcher.real_quick_ratio() >= SIMILAR and matcher.quick_ratio() >= SIMILAR:
                budget -= len(left) * len(right)
                ratio = matcher.ratio()
                if ratio >= SIMILAR:
                    scored.append((-ratio, i, j))
    pairs: list[tuple[Spot, Spot]] = []
    a_used: set[int] = set()
    b_used: set[int] = set()
    for _, i, j in sorted(scored):
        if i not in a_used and j not in b_used:
            a_used.add(i)
            b_used.add(j)
            pairs.append((a_left[i], b_left[j]))
    return pairs


def _letters(text: bytes) -> str:
    """One character a byte, for difflib; the beginning of a long text is enough."""
    return text[:MAX_COMPARED].decode("latin-1")
