"""Names that mkstemp, mkdtemp and their like draw: one recogniser for all tools."""

from __future__ import annotations

from elfdiff.patterns import late

SHORTEST, LONGEST = 4, 16
"""Characters of two drawn names that differ: of six, two may be equal by chance."""
_ALPHABET = late(r"[A-Za-z0-9_]+\Z")
_IRREGULAR = late(r"\d[A-Za-z_]|[A-Za-z_]\d|[a-z][A-Z]|[A-Z][a-z]\d*[A-Z]|[A-Z]{2}[a-z]|[a-z]_[a-z]|\A_|_\Z")
"""Where two kinds of characters meet inside a word, as they do in drawn ones."""
_HEADS = late(
    r"(?:\A|(?<=[/.\s]))(?:cc|tmp[._-]?|\.tmp|gplc|eclinit|gen|rustc|cargo-install|caml(?:startup|pp|obj)?|"
    r"\.mesonpy-|pip-[a-z]+(?:-[a-z]+)*-|go-(?:build|link)-?|go-build-|tmpxft_|ghc|conftest|nix-build-\S+-|nix-\d*-?|"
    r"temp|scratch|build-env-|build-via-[a-z]+-|\.tmp-\S+-|easy_install-|_MEI|swift-|lto-llvm-|thinlto-|zig-)\Z"
)
_PLACES = late(r"(?:\A|/)(?:tmp|var/tmp|private/var/folders(?:/[^/]+)*|temp|TMP|Temp|T)\Z")
_DIGITS = late(r"\d{5,}\Z")
_HEXADECIMAL = late(r"[0-9a-f]{5,}\Z")
_PIDS = late(r"(?<![0-9])\d{3,10}(?![0-9])")


def is_drawn(a: str, b: str, parent: str = "") -> bool:
    """True if two names were drawn by one tool: the same head, then a word of equal length and alphabet that differs.

    The head must be one that tools use, or ``parent`` a directory for temporary files. ``a`` and ``b`` are last
    components of paths, extensions included.
    """
    if len(a) != len(b):
        return _is_numbered(a, b)
    if a == b or not a:
        return False
    first = next(i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y)
    last = len(a) - next(i for i in range(len(a)) if a[-1 - i] != b[-1 - i])
    words = a[first:last], b[first:last]
    if not SHORTEST <= last - first <= LONGEST and not all(map(_DIGITS.match, words)):
        return False
    if not all(map(_ALPHABET.match, words)):
        return False
    known = _has_head(a, first)
    if not known and not _PLACES.search(parent):
        return False
    if all(map(_DIGITS.match, words)) or (known and all(map(_HEXADECIMAL.match, words))):
        return True
    whole = [_word_around(name, first, last) for name in (a, b)]
    return any(map(_IRREGULAR.search, whole))


def _has_head(name: str, first: int) -> bool:
    """True if a head of a tool ends at the first difference, or a character or two before it: draws agree by chance."""
    return any(_HEADS.search(name[:end]) for end in range(first, max(first - 3, -1), -1))


def _word_around(name: str, first: int, last: int) -> str:
    start = first
    while start > 0 and first - start < 2 and name[start - 1].isalnum():
        start -= 1
    return name[start:last]


def _is_numbered(a: str, b: str) -> bool:
    """Heads with a process number of another length: go-build3049127865, nix-build-x.drv-12."""
    if _PIDS.sub("#", a) != _PIDS.sub("#", b) or a == b:
        return False
    found = _PIDS.search(a)
    return found is not None and _has_head(a, found.start())


def drawn_component(a: str, b: str) -> tuple[str, str] | None:
    """The first pair of components of two paths that a tool drew, if the paths differ in such components alone.

    A component that stands in both, such as a package's name, may repeat further down.
    """
    left, right = a.split("/"), b.split("/")
    if len(left) != len(right):
        return None
    changed = [(x, y, "/".join(left[:index])) for index, (x, y) in enumerate(zip(left, right, strict=True)) if x != y]
    if not changed or not all(is_drawn(x, y, parent) for x, y, parent in changed):
        return None
    return changed[0][0], changed[0][1]
