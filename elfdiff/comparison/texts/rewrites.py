"""Neutral rewrites: "this text became that text", with no word about why."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from enum import StrEnum

from elfdiff.patterns import late
from elfdiff.values import dataclass

MAX_PREFIXES = 8
MAX_CANDIDATES = 16
MAX_PATH = 4096

PATH = late(
    rb"/(?:[^\x00-\x20:;,\"'<>|()=*?`$&!{}\[\]\\/\x7f-\xff]+/)*[^\x00-\x20:;,\"'<>|()=*?`$&!{}\[\]\\/\x7f-\xff]+"
)
"""A maximal absolute path inside a text; it ends at white space, a quote or a shell metacharacter."""

_URL = late(rb"[a-z][a-z0-9+.-]*://(?!/)[^\x00-\x20\"'<>]*")
_SOURCE_END = late(
    rb"\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx|inc|inl|tcc|def|rs|go|f|f90|f95|f03|F|F90|pyx|py|pxd|zig|ml|mli|mly|d|di|adb|ads|s|S|asm|"
    rb"hs|nim|swift|cu|m|mm|vala|y|l|gcda|gcno|dwo|o|rlib)(?![A-Za-z0-9_+-])"
)


_NO_PATH = late(rb"[\x00-\x1f:;,\"'<>|]")
_VERSIONED = late(rb"([A-Za-z][A-Za-z0-9_.-]*?)[-@]v?\d+\.\d+(?:\.\d+)?[A-Za-z0-9.+-]*")


class RewriteKind(StrEnum):
    """How a rewrite turns a's text into b's."""

    PREFIX = "prefix"
    TOKEN = "token"
    PERMUTATION = "permutation"
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True)
class Rewrite:
    """``a`` becomes ``b``. ``id`` is its index in :attr:`Pair.rewrites`.

    PREFIX replaces a directory wherever a path begins with it; TOKEN replaces a word wherever it stands; PERMUTATION
    says that the same items stand in another order (``a`` and ``b`` name what was ordered); OPAQUE is a text whose new
    value is copied from b, because nothing derives it.
    """

    id: int
    kind: RewriteKind
    a: bytes
    b: bytes

    def apply(self, text: bytes) -> bytes:
        """``text`` with every occurrence rewritten; unchanged for a permutation."""
        if self.kind is RewriteKind.PREFIX:
            return apply_prefix(self.a, self.b, text)
        if self.kind is RewriteKind.TOKEN:
            return text.replace(self.a, self.b)
        if self.kind is RewriteKind.OPAQUE and text == self.a:
            return self.b
        return text


def apply_prefix(old: bytes, new: bytes, text: bytes) -> bytes:
    """Replace directory ``old`` where it is a whole number of path components; a relative one begins the text."""
    if old not in text:
        return text
    if not old.startswith(b"/"):
        return new + text[len(old) :] if text == old or text.startswith(old + b"/") else text
    parts: list[bytes] = []
    start = 0
    while (at := text.find(old, start)) >= 0:
        end = at + len(old)
        following = text[end : end + 1]
        whole = not following or following == b"/" or not re.match(rb"[A-Za-z0-9_.+@~-]", following)
        parts.append(text[start:at] + (new if whole else old))
        start = end
    parts.append(text[start:])
    return b"".join(parts)


def paths_in(text: bytes) -> list[bytes]:
    """The absolute paths in a text. A path glued to other words (Rust keeps no NUL) is cut behind its source suffix."""
    if b" " in text and _is_path_with_spaces(text):
        return [text]
    found: list[bytes] = []
    if b"://" in text:
        text = _URL.sub(b" ", text)
    for match in PATH.finditer(text):
        path = match.group()
        suffix = _SOURCE_END.search(path)
        if suffix is None and len(text) > len(path):
            glued = re.search(rb"\.(?:rs|go|zig|d)(?=[A-Za-z])", path)
            if glued and b"/" in path[1 : glued.start()]:
                path = path[: glued.end()]
        elif suffix is not None and suffix.end() < len(path) and not path[suffix.end() :].startswith((b"/", b".")):
            path = path[: suffix.end()]
        found.append(path)
    return found


def _is_path_with_spaces(text: bytes) -> bool:
    """All of a text is one source file below a directory with a space in its name: no option, no second path."""
    if not text.startswith(b"/") or len(text) > MAX_PATH or _NO_PATH.search(text):
        return False
    suffix = _SOURCE_END.search(text)
    words = text.split(b" ")
    return (
        suffix is not None
        and suffix.end() == len(text)
        and b"/" in words[-1]
        and all(word and not word.startswith((b"/", b"-")) for word in words[1:])
    )


def split_common_tail(a: bytes, b: bytes) -> tuple[bytes, bytes, bytes] | None:
    """(head of a, head of b, common tail) of two paths, cut between components; None if they end differently.

    The tail is as long as can be, and never the whole of either path. Components that name one thing in two versions
    (tiny-1.0.1 and tiny-1.0.2) count as equal where the components in front of them differ too; the tail is a's.
    """
    left, right = a.split(b"/"), b.split(b"/")
    same = 0
    while same < min(len(left), len(right)) - 1 and _alike(left[-1 - same], right[-1 - same]):
        same += 1
    if left[: len(left) - same] == right[: len(right) - same]:
        same = next((i for i in range(same) if left[-1 - i] != right[-1 - i]), same)
    if same == 0:
        return None
    tail = b"/".join(left[len(left) - same :])
    return b"/".join(left[: len(left) - same]), b"/".join(right[: len(right) - same]), tail


def _alike(left: bytes, right: bytes) -> bool:
    if left == right:
        return True
    one, other = _VERSIONED.fullmatch(left), _VERSIONED.fullmatch(right)
    return bool(one and other and one.group(1) == other.group(1))


def infer_prefixes(
    a_texts: Iterable[bytes], b_texts: Iterable[bytes], pairs: Iterable[tuple[bytes, bytes]]
) -> list[tuple[bytes, bytes, int]]:
    """Directories that became other directories: (in a, in b, votes), most votes first.

    ``a_texts`` and ``b_texts`` are the texts that the other file lacks; ``pairs`` are directories known to be partners
    (the compilation directories of one unit). Paths of equal last component vote for the heads in which they differ;
    a head counts when it turns at least one path of a into a path of b, exactly.
    """
    a_texts, b_texts = list(a_texts), list(b_texts)
    a_paths, b_paths = (_paths_of(texts) for texts in (a_texts, b_texts))
    b_by_name: dict[bytes, list[bytes]] = defaultdict(list)
    for path in b_paths:
        b_by_name[path.rsplit(b"/", 1)[1]].append(path)
    votes: Counter[tuple[bytes, bytes]] = Counter()
    for path in a_paths:
        if path in b_paths:
            continue
        best: list[tuple[bytes, bytes]] = []
        length = 0
        for other in b_by_name.get(path.rsplit(b"/", 1)[1], ())[:MAX_CANDIDATES]:
            split = split_common_tail(path, other)
            if split is None:
                continue
            if len(split[2]) > length:
                best, length = [], len(split[2])
            if len(split[2]) == length:
                best.append(split[:2])
        best = _nearest(best)
        if len(best) == 1:
            votes[best[0]] += 1
    for old, new in pairs:
        # What a prefix map made of two directories begins with a dot.
        mapped = old.startswith(b"./") and new.startswith(b"./")
        if old == new or not (mapped or old.startswith(b"/") or new.startswith(b"/")):
            continue
        split = split_common_tail(old, new) if old.startswith(b"/") and new.startswith(b"/") else None
        head = (split[0], split[1]) if split and split[0] and split[1] else (old, new)
        votes[head] += 2
    chosen: list[tuple[bytes, bytes, int]] = []
    for (old, new), count in sorted(votes.items(), key=lambda item: (-item[1], len(item[0][0]), item[0])):
        if len(chosen) >= MAX_PREFIXES:
            break
        if not old or old == b"/" or not new:
            continue
        if any(apply_prefix(known, becomes, old) == new for known, becomes, _ in chosen):
            continue
        if any(known == old for known, _, _ in chosen):
            continue
        chosen.append((old, new, count))
    relative = [(old[1:], new[1:], count) for old, new, count in chosen if old[:1] == new[:1] == b"/"]
    return chosen + [item for item in relative if _begins(item[0], a_texts) and _begins(item[1], b_texts)]


def _paths_of(texts: Iterable[bytes]) -> Counter[bytes]:
    """The paths in texts; not what follows the first component of a name that counts from the root without a slash, as
    LDC writes it."""
    found = Counter(path for text in texts for path in paths_in(text))
    for text in list(texts):
        head, slash, rest = text.partition(b"/")
        if head and slash and b"/" + text in found:
            del found[b"/" + rest]
    return found


def _nearest(heads: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Of several pairs that end alike, those that begin alike for the most components; none where none does."""
    if len(heads) < 2:
        return heads
    shared = [_common_components(*pair) for pair in heads]
    most = max(shared)
    return [pair for pair, count in zip(heads, shared, strict=True) if count == most] if most > 1 else heads


def _common_components(a: bytes, b: bytes) -> int:
    left, right = a.split(b"/"), b.split(b"/")
    return next((i for i, (x, y) in enumerate(zip(left, right, strict=False)) if x != y), min(len(left), len(right)))


def _begins(directory: bytes, texts: Iterable[bytes]) -> bool:
    return any(text == directory or text.startswith(directory + b"/") for text in texts)
