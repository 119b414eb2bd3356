"""Changed texts → paths, times, words, or just "this text changed"."""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.comparison.pair import Pair
from elfdiff.comparison.texts.find import Spot
from elfdiff.comparison.texts.pairing import StringPair
from elfdiff.comparison.texts.rewrites import PATH, Rewrite, RewriteKind, apply_prefix, paths_in, split_common_tail
from elfdiff.evidence.gosettings import go_setting_words
from elfdiff.evidence.model import (
    TEMPLATE_END,
    Evidence,
    PathChange,
    PathPlace,
    TextChange,
    TextOrderChange,
    TimeChange,
    WordChange,
    WordKind,
)
from elfdiff.evidence.order import collation, differing_middle, kept_in_order, rearranged
from elfdiff.evidence.places import readable, spot_location, symbol_over
from elfdiff.evidence.prose import reads_as_text
from elfdiff.evidence.words import WordDifference, differences, is_translation, kind_by_name
from elfdiff.patterns import late
from elfdiff.payload.languages import languages
from elfdiff.report import Location
from elfdiff.span import Span
from elfdiff.values import replace

MAX_TEXT_CHANGES = 2000
MAX_LOOSE_WORD = 64
MAX_ORDER_SHOWN = 12
MAX_LOOSE_DIFFERENCES = 3
MIN_MOVED = 3
_ALIKE = frozenset({"shape", "rewrite"})
"""Why two texts are partners that have one form."""
_LOOSE_KINDS = frozenset({WordKind.OTHER, WordKind.LOCALE, WordKind.RANDOM, WordKind.COUNTER})
_FRAGMENT_SECTIONS = (".rodata", ".data", ".text")
_READ_ELSEWHERE = frozenset({".comment", ".GCC.command.line", ".go.buildinfo"})
GO_BUILD_INFO = b"path\t"
_CRATE_HEAD = late(
    rb"/(?:registry|vendor|checkouts|deps)/(?:[^/]+/)*[A-Za-z0-9_-]+-\d+\.\d+\.\d+[^/]*\Z|/rustc/[0-9a-f]{40}\Z"
)
"""The sources of a crate in one version, or of one rustc: another version is another dependency, no other directory."""


def extract(pair: Pair) -> Iterator[Evidence]:
    """Facts from every text that changed, in the order of a's sections."""
    fragments = keeps_no_ends(pair)
    template = TEMPLATE_END.encode()
    directories = _Directories(pair)
    plain = 0
    producers = {
        unit.producer.encode("utf-8", "surrogateescape")
        for item in pair.units
        for unit in (item.a, item.b)
        if unit and unit.producer
    }
    settings = {(item.a, item.b): item for _, item in go_setting_words(pair)}
    for string in pair.strings:
        spot = string.a or string.b
        if (
            spot is None
            or spot.text.startswith(GO_BUILD_INFO)
            or spot.section.name in _READ_ELSEWHERE
            or spot.text in producers
        ):
            continue
        if string.a is None or string.b is None:
            if _same_elsewhere(string, pair) or not reads_as_text(spot.text):
                continue
            plain += 1
            if plain <= MAX_TEXT_CHANGES:
                yield _text_change(pair, string, fragments)
            continue
        if string.a.section.name == ".interp":
            yield from _interpreter(string)
            continue
        text = string.a.text
        if text.endswith(template) and string.b.text.endswith(template):
            yield _text_change(pair, string, fragments)
            continue
        prefixes = [pair.rewrites[i] for i in string.rewrites if pair.rewrites[i].kind is RewriteKind.PREFIX]
        for rewrite in prefixes:
            yield from _paths(pair, string, rewrite, directories)
            text = apply_prefix(rewrite.a, rewrite.b, text)
        if string.exact:
            continue
        setting = settings.get((string.a.text.decode("utf-8", "replace"), string.b.text.decode("utf-8", "replace")))
        if setting is not None:
            places = (spot_location(string.a), spot_location(string.b))
            yield word_evidence(setting, string.a.section.name, None, places, string.rewrites[-1:], setting.a)
            continue
        loose = fragments and string.a.section.name.startswith(_FRAGMENT_SECTIONS)
        found = list(_words(pair, string, text))
        glued = False
        table = _rearranged(string) if loose and not prefixes else None
        if table is not None:
            yield table
            continue
        if loose:
            sound = _sound(string, found)
            glued = len(sound) + 1 == len(found) > 1
            found = sound
        if glued:
            # Beside a time, the one other word that changed may be a name: the text as a whole tells.
            yield from found
            yield _text_change(pair, string, fragments)
        elif found and all(not isinstance(item, WordChange) or item.kind is not WordKind.OTHER for item in found):
            yield from found
        elif not (prefixes and loose) and (string.how in _ALIKE or _is_written(string)):
            plain += 1
            if plain <= MAX_TEXT_CHANGES:
                yield from (
                    item for item in found if not isinstance(item, WordChange) or item.kind is not WordKind.OTHER
                )
                yield _text_change(pair, string, fragments)
    yield from _orders(pair)


def _sound(string: StringPair, found: list[TimeChange | WordChange]) -> list[TimeChange | WordChange]:
    """What may be believed where texts have no ends: few words differ, and of those the ones of unmistakable kind.

    The others are words of neighbours that changed places.
    """
    if string.how not in ("shape", "rewrite") and len(found) > MAX_LOOSE_DIFFERENCES:
        return []
    return [
        item
        for item in found
        if not isinstance(item, WordChange)
        or (item.kind not in _LOOSE_KINDS and max(len(item.a_word), len(item.b_word)) <= MAX_LOOSE_WORD)
        or (len(found) == 1 and item.kind is WordKind.LOCALE and is_translation(item.a_word, item.b_word))
    ]


def _same_elsewhere(string: StringPair, pair: Pair) -> bool:
    """An entry of a debug string table that is on one side only says nothing by itself: linkers merge tails."""
    spot = string.a or string.b
    return spot is not None and spot.section.name.startswith(".debug")


def _is_written(string: StringPair) -> bool:
    """True if a side reads as what somebody wrote."""
    return any(spot is not None and reads_as_text(spot.text) for spot in (string.a, string.b))


def _rearranged(string: StringPair) -> TextOrderChange | None:
    """A text without ends whose words stand in another order, three of them or more."""
    if string.a is None or string.b is None:
        return None
    orders = rearranged(string.a.text, string.b.text)
    if orders is None or len(orders[0]) < MIN_MOVED:
        return None
    words = [[readable(word) for word in order] for order in orders]
    places = [
        replace(spot_location(spot), value=", ".join(order[:MAX_ORDER_SHOWN]))
        for spot, order in zip((string.a, string.b), words, strict=True)
    ]
    return TextOrderChange(
        section=string.a.section.name,
        a=places[0],
        b=places[1],
        rewrites=string.rewrites,
        count=len(words[0]),
        moved=len(words[0]),
        kept=kept_in_order(*words),
        a_sorted=collation(words[0]),
        b_sorted=collation(words[1]),
    )


class _Directories:
    """Which texts are unit directories or unit names, and whether GNU as alone wrote them."""

    def __init__(self, pair: Pair) -> None:
        units = [unit for item in pair.units for unit in (item.a, item.b) if unit]
        self.directories = {unit.directory.encode("utf-8", "surrogateescape") for unit in units if unit.directory}
        self.names = {unit.name.encode("utf-8", "surrogateescape") for unit in units if unit.name}
        changed = [item for item in pair.units if item.a and item.b and item.a.directory != item.b.directory]
        self.only_assembler = bool(changed) and all(
            (item.a.producer or "").startswith("GNU AS") for item in changed if item.a
        )


def _place(spot: Spot, directories: _Directories) -> PathPlace:
    name = spot.section.name
    if name.startswith((".debug", ".zdebug")):
        if spot.text in directories.directories:
            return PathPlace.DEBUG_DIRECTORY
        return PathPlace.DEBUG_NAME if spot.text in directories.names else PathPlace.DEBUG_OTHER
    if name == ".gopclntab":
        return PathPlace.GO_TABLE
    if name.startswith((".gnu.lto_", ".gnu.debuglto_")):
        return PathPlace.LTO
    return PathPlace.INTERPRETER if name == ".interp" else PathPlace.TEXT


def _paths(pair: Pair, string: StringPair, rewrite: Rewrite, directories: _Directories) -> Iterator[PathChange]:
    left, right = string.a, string.b
    if left is None or right is None or _CRATE_HEAD.search(rewrite.a) or _CRATE_HEAD.search(rewrite.b):
        return
    if left.section.name == ".gopclntab" and _is_renamed_package(pair, rewrite):
        return
    whole = rewrite.a.startswith(b"/")
    paths = (*paths_in(left.text), *_paths_below(rewrite.a, left.text)) if whole else (left.text,)
    for path in dict.fromkeys(paths):
        if apply_prefix(rewrite.a, rewrite.b, path) == path or not path.startswith(rewrite.a):
            continue
        place = _place(left, directories)
        yield PathChange(
            section=left.section.name,
            symbol=symbol_over(pair.a, left.section, left.offset),
            a=spot_location(left),
            b=spot_location(right),
            rewrites=(rewrite.id,),
            spans=_length_bytes(pair, string),
            a_directory=readable(rewrite.a),
            b_directory=readable(rewrite.b),
            tail=readable(path[len(rewrite.a) :].lstrip(b"/")),
            place=place,
            exact=string.exact,
            assembler=place is PathPlace.DEBUG_DIRECTORY and directories.only_assembler,
        )


def _is_renamed_package(pair: Pair, rewrite: Rewrite) -> bool:
    """True if the directory that became another is a package of the program, by the import paths of its functions."""
    for elf, directory in ((pair.a, rewrite.a), (pair.b, rewrite.b)):
        parts = directory.rstrip(b"/").split(b"/")
        table = elf.section(".gopclntab")
        if len(parts) < 3 or table is None or b"/".join(parts[-2:]) + b"." not in elf.raw(table):
            return False
    return True


def _length_bytes(pair: Pair, string: StringPair) -> tuple[tuple[Span | None, Span | None], ...]:
    """The byte in front of a text that says how long it is, as in format templates of Rust and in Pascal."""
    places: list[Span] = []
    for elf, spot in ((pair.a, string.a), (pair.b, string.b)):
        at = spot.file_offset() if spot is not None else None
        if spot is None or not at or elf.data[at - 1] != len(spot.text):
            return ()
        places.append(Span(at - 1, at))
    return ((places[0], places[1]),)


def _paths_below(directory: bytes, text: bytes) -> Iterator[bytes]:
    """Paths that begin with a directory in whose own name a path seems to end: at a space, a comma, a colon."""
    if PATH.fullmatch(directory):
        return
    at = text.find(directory)
    while at >= 0:
        end = at + len(directory)
        rest = PATH.match(text, end)
        yield directory + (rest.group() if rest else b"")
        at = text.find(directory, end)


def _interpreter(string: StringPair) -> Iterator[PathChange | TextChange]:
    """PT_INTERP: one loader in another directory, or another loader."""
    if string.a is None or string.b is None:
        return
    split = split_common_tail(string.a.text, string.b.text)
    a, b = spot_location(string.a), spot_location(string.b)
    if split is None:
        yield TextChange(section=".interp", a=a, b=b, rewrites=string.rewrites, how=string.how, fragment=False)
        return
    yield PathChange(
        section=".interp",
        a=a,
        b=b,
        rewrites=string.rewrites,
        a_directory=readable(split[0]) or "/",
        b_directory=readable(split[1]) or "/",
        tail=readable(split[2]),
        place=PathPlace.INTERPRETER,
        exact=True,
    )


def _words(pair: Pair, string: StringPair, text: bytes) -> Iterator[TimeChange | WordChange]:
    """The words that differ once directories are rewritten; places are those of the whole text where a path moved
    them."""
    if string.a is None or string.b is None:
        return
    left = text.decode("utf-8", "surrogateescape")
    right = string.b.text.decode("utf-8", "surrogateescape")
    shifted = text != string.a.text
    for item in differences(left, right):
        a = spot_location(string.a) if shifted else spot_location(string.a, *_bytes(left, item.a_start, item.a_end))
        b = spot_location(string.b) if shifted else spot_location(string.b, *_bytes(right, item.b_start, item.b_end))
        symbol = _symbol(pair, string.a)
        named = kind_by_name(symbol) if symbol and item.kind is WordKind.OTHER and item.a_stamp is None else item.kind
        yield word_evidence(
            replace(item, kind=named),
            string.a.section.name,
            symbol,
            (a, b),
            string.rewrites[-1:],
            readable(string.a.text),
        )


def _bytes(text: str, start: int, end: int) -> tuple[int, int]:
    """Character positions as byte positions of the UTF-8 text."""
    head = len(text[:start].encode("utf-8", "surrogateescape"))
    return head, head + len(text[start:end].encode("utf-8", "surrogateescape"))


def word_evidence(
    item: WordDifference,
    section: str | None,
    symbol: str | None,
    places: tuple[Location | None, Location | None],
    rewrites: tuple[int, ...],
    context: str,
) -> TimeChange | WordChange:
    """A word that changed as a fact: a time if both words are times."""
    a, b = places
    if item.a_stamp is not None and item.b_stamp is not None:
        return TimeChange(
            section=section,
            symbol=symbol,
            a=a,
            b=b,
            rewrites=rewrites,
            a_time=item.a_stamp,
            b_time=item.b_stamp,
            context=context,
        )
    return WordChange(
        section=section,
        symbol=symbol,
        a=a,
        b=b,
        rewrites=rewrites,
        kind=item.kind,
        a_word=item.a,
        b_word=item.b,
        context=context,
    )


def _text_change(pair: Pair, string: StringPair, fragments: bool) -> TextChange:
    spot = string.a or string.b
    section = spot.section.name if spot else None
    return TextChange(
        section=section,
        symbol=_symbol(pair, string.a) if string.a else None,
        a=spot_location(string.a) if string.a else None,
        b=spot_location(string.b) if string.b else None,
        rewrites=string.rewrites,
        spans=_length_bytes(pair, string),
        how=string.how,
        fragment=fragments and bool(section and section.startswith(_FRAGMENT_SECTIONS)),
    )


def _symbol(pair: Pair, spot: Spot) -> str | None:
    """The object over a text; a printable byte that happens to stand in front of an object is read as part of its
    text."""
    first = symbol_over(pair.a, spot.section, spot.offset)
    return first or symbol_over(pair.a, spot.section, spot.offset + len(spot.text) - 1)


def keeps_no_ends(pair: Pair) -> bool:
    """Rust and Go put texts side by side without a NUL, Zig puts other data there."""
    return any(
        "zig" in languages(elf)
        or elf.section(".go.buildinfo") is not None
        or elf.section(".gopclntab") is not None
        or any("rustc" in text for text in elf.comment)
        or any(b"/rustc/" in elf.raw(section)[: 1 << 22] for section in elf.sections_named(".rodata"))
        for elf in (pair.a, pair.b)
    )


def _orders(pair: Pair) -> Iterator[TextOrderChange]:
    """Sections of equal size whose texts are the same, in another order."""
    changed = {spot.section.name for item in pair.strings for spot in (item.a, item.b) if spot}
    for item in pair.sections:
        if not item.a or not item.b or item.name in changed or not item.name.startswith((".rodata", ".data")):
            continue
        if item.a.size != item.b.size or item.a.span is None or item.a.is_executable:
            continue
        left, right = pair.a.contents(item.a), pair.b.contents(item.b)
        if left == right:
            continue
        a_order = _texts_in_order(left)
        b_order = _texts_in_order(right)
        if a_order == b_order or len(a_order) < 3 or sorted(a_order) != sorted(b_order):
            continue
        words = [[readable(text) for text in order] for order in (a_order, b_order)]
        head, tail = differing_middle(*words)
        middle = [order[head : len(order) - tail] for order in words]
        yield TextOrderChange(
            section=item.name,
            a=Location(item.a.offset, 0, "file", ", ".join(middle[0][:MAX_ORDER_SHOWN])),
            b=Location(item.b.offset, 0, "file", ", ".join(middle[1][:MAX_ORDER_SHOWN])),
            count=len(a_order),
            moved=len(middle[0]),
            kept=kept_in_order(*middle),
            a_sorted=collation(middle[0]),
            b_sorted=collation(middle[1]),
        )


def _texts_in_order(contents: bytes) -> list[bytes]:
    return [text for text in contents.split(b"\0") if len(text) >= 3]
