"""The file under inspection, its telling texts, paths and times found once for every hazard."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from elfdiff.causes._paths import SOURCE_SUFFIX, is_build_place, is_foreign
from elfdiff.comparison.texts.find import Spot, holds_text, texts
from elfdiff.comparison.texts.rewrites import PATH, paths_in
from elfdiff.elf.file import ElfFile
from elfdiff.elf.model import Section
from elfdiff.errors import MalformedElf
from elfdiff.evidence.model import Stamp
from elfdiff.evidence.places import readable, spot_location, symbol_over
from elfdiff.evidence.times import stamps_in
from elfdiff.inspection.model import Place
from elfdiff.patterns import late
from elfdiff.payload.comment import Tool, toolchain
from elfdiff.payload.go import is_go
from elfdiff.payload.languages import languages
from elfdiff.payload.package import DependencyList
from elfdiff.payload.producer import Producer, parse_producer
from elfdiff.report import Location
from elfdiff.span import Span
from elfdiff.values import dataclass

MAX_SPOTS = 400_000
"""Telling texts kept of one file."""
MAX_PATHS = 100_000
MAX_TIME_TEXTS = 10_000
MAX_PRODUCERS = 2_000
_WINDOW = 96
_SHORT = 400

_TELLING = late(
    rb"/[^\x00-\x20/]+/|[0-2]\d:[0-5]\d|[A-Za-z]@[A-Za-z0-9]|[0-9a-f]{7}|[Dd]irty|LFS|lfs|Linux|"
    rb"on host |-----BEGIN|[Bb]uil[dt]|"
    rb"[Cc]ompiled|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d|(?:19|20)\d\d[-/.]\d\d"
)
_TIME = late(
    r"[0-2]\d:[0-5]\d|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* [ \d]?\d|"
    r"20\d\d[-/.]?[01]\d[-/.]?[0-3]\d|"
    r"[0-3]?\d[-/. ](?:[01]?\d|[A-Z][a-z]{2})[-/. ]20\d\d|(?<!\d)1[1-9]\d{8}(?!\d)"
)
_UNLIKELY_PATH = late(r"[%\\@#^]|//|\.\.\.")
_GLUED = late(rb"[A-Za-z0-9_.~$%})*/-]\Z")
_GLUED_PATHS = late(rb"(?<=\.rs)(?=[/+.-])|(?<=\.go)(?=/)")
_UNMISTAKABLE = late(r"/(?:home|root|Users|tmp|builds|builddir|github/workspace|__w|var/lib/jenkins|workspace)/")


@dataclass(frozen=True, slots=True)
class PathUse:
    """An absolute path inside a text: ``start`` is in bytes of the text."""

    spot: Spot
    start: int
    path: str

    @property
    def in_debug(self) -> bool:
        """True if only debug information holds it."""
        return self.spot.section.name.startswith((".debug", ".zdebug"))

    @property
    def is_source(self) -> bool:
        """True for the name of a source file."""
        return bool(SOURCE_SUFFIX.search(self.path))

    @property
    def is_whole(self) -> bool:
        """True if the text is nothing but this path."""
        return self.start == 0 and len(self.spot.text) == len(self.path)


@dataclass(frozen=True, slots=True)
class StampUse:
    """A date or time inside a text, with the text around it."""

    spot: Spot
    start: int
    end: int
    stamp: Stamp
    context: str

    @property
    def is_whole(self) -> bool:
        """True if the text is nothing but this time."""
        return self.start == 0 and self.end == len(self.spot.text)

    @property
    def text(self) -> str:
        """The time as written."""
        return self.spot.text[self.start : self.end].decode("utf-8", "replace")


@dataclass(frozen=True, eq=False)
class Subject:
    """One parsed file and what hazards are looked for in. Nothing here raises for what sections hold."""

    elf: ElfFile
    sbom: DependencyList

    @cached_property
    def tools(self) -> tuple[Tool, ...]:
        """Who signed."""
        return toolchain(self.elf)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The source languages it shows."""
        return languages(self.elf)

    @cached_property
    def is_go(self) -> bool:
        """True if Go linked it."""
        return is_go(self.elf)

    @cached_property
    def is_rust(self) -> bool:
        """True if rustc compiled a part of it: texts then stand side by side without a NUL."""
        return any(tool.kind == "rustc" for tool in self.tools)

    @cached_property
    def producers(self) -> tuple[Producer, ...]:
        """The distinct DW_AT_producer strings taken apart, those of assemblers too."""
        found = dict.fromkeys(unit.producer for unit in self.elf.debug_units if unit.producer)
        return tuple(parse_producer(text) for text in list(found)[:MAX_PRODUCERS])

    @cached_property
    def symbol_names(self) -> tuple[tuple[Section, bytes], ...]:
        """The string tables of symbols, for patterns; symbols themselves are too many to make objects of."""
        linked = {section.link for section in self.elf.sections if section.type in (2, 11)}
        return tuple(
            (section, self.contents(section))
            for section in self.elf.sections
            if section.index in linked and section.span is not None
        )

    @cached_property
    def data_sections(self) -> tuple[Section, ...]:
        """Sections with bytes but no code: compilers keep texts apart from code, and looking there finds noise.

        Sections may overlap, so that a small file could make endless work: their bytes in all are limited to twice the
        file's.
        """
        found: list[Section] = []
        left = 2 * len(self.elf.data)
        for section in self.elf.sections:
            # BOLT keeps the sections that it rewrote under these names.
            if section.span is None or section.is_executable or section.name.startswith(".bolt.org."):
                continue
            left -= section.span.length
            if left < 0:
                break
            found.append(section)
        return tuple(found)

    @cached_property
    def spots(self) -> tuple[Spot, ...]:
        """Texts that could tell something about the build: of debug sections only whole absolute paths."""
        found: list[Spot] = []
        for section in self.data_sections:
            if not holds_text(section):
                continue
            debug = section.name.startswith((".debug", ".zdebug"))
            for offset, text in texts(section, self.contents(section)):
                if debug:
                    if not text.startswith(b"/") or b"/" not in text[1:]:
                        continue
                elif not _TELLING.search(text):
                    continue
                found.append(Spot(section, offset, text))
                if len(found) >= MAX_SPOTS:
                    return tuple(found)
        return tuple(found)

    @cached_property
    def plain_spots(self) -> tuple[Spot, ...]:
        """Telling texts outside debug information."""
        return tuple(spot for spot in self.spots if not spot.section.name.startswith((".debug", ".zdebug")))

    @cached_property
    def paths(self) -> tuple[PathUse, ...]:
        """Absolute paths that name a source file or lie where builds run."""
        found: list[PathUse] = []
        for spot in self.spots:
            found += self._paths_of(spot)
            if len(found) >= MAX_PATHS:
                break
        return tuple(found)

    def _paths_of(self, spot: Spot) -> Iterator[PathUse]:
        text = spot.text
        at = 0
        glued = self.is_rust or self.is_go
        for raw in (piece for path in paths_in(text) for piece in (_GLUED_PATHS.split(path) if glued else (path,))):
            start = text.find(raw, at)
            if start < 0:
                continue
            at = start + len(raw)
            path = readable(raw)
            if path.count("/") < 2 or _UNLIKELY_PATH.search(path):
                continue
            # A path behind a word is the rest of a relative one, unless texts are stored without an end.
            behind = start > 0 and _GLUED.search(text[start - 1 : start])
            if behind and not (glued and _UNMISTAKABLE.match(path)):
                continue
            debug = spot.section.name.startswith((".debug", ".zdebug"))
            if debug or SOURCE_SUFFIX.search(path) or is_build_place(path) or is_foreign(path):
                yield PathUse(spot, start, path)

    @cached_property
    def unit_directories(self) -> frozenset[str]:
        """The absolute DW_AT_comp_dir values."""
        return frozenset(
            unit.directory for unit in self.elf.debug_units if unit.directory and unit.directory.startswith("/")
        )

    @cached_property
    def stamps(self) -> tuple[StampUse, ...]:
        """Dates and times in texts that the program keeps."""
        found: list[StampUse] = []
        read = 0
        for spot in self.plain_spots:
            if spot.section.name == ".gopclntab":
                continue
            for start, window in _windows(spot.text):
                read += 1
                if read > MAX_TIME_TEXTS:
                    return tuple(found)
                for item in stamps_in(window):
                    head = start + len(window[: item.start].encode())
                    length = len(window[item.start : item.end].encode())
                    found.append(StampUse(spot, head, head + length, item.stamp, window))
        return tuple(found)

    def contents(self, section: Section) -> bytes:
        """The section's inflated bytes; empty where they cannot be inflated."""
        try:
            return self.elf.contents(section)
        except MalformedElf:
            return b""

    def place(self, spot: Spot, start: int = 0, end: int | None = None) -> Place:
        """The place of a text, or of its bytes ``start`` to ``end``."""
        symbol = symbol_over(self.elf, spot.section, spot.offset + start)
        return Place(spot.section.name, spot.offset + start, symbol, spot_location(spot, start, end))

    def path_place(self, use: PathUse) -> Place:
        """The place of a path."""
        return self.place(use.spot, use.start, use.start + len(use.path))

    def name_place(self, section: Section, start: int, value: bytes) -> Place:
        """The place of a name in a string table."""
        return self.place(Spot(section, start, value))

    def file_place(self, span: Span, value: str, section: str | None = None) -> Place:
        """The place of bytes of the file; in ``section`` if that is named."""
        holder = self.elf.section(section) if section else None
        start = span.start - holder.span.start if holder is not None and holder.span is not None else span.start
        return Place(
            section if holder is not None else None,
            max(start, 0),
            None,
            Location(span.start, span.length, "file", value),
        )


def is_path(text: str) -> bool:
    """True if a text begins with an absolute path of two parts or more."""
    match = PATH.match(text.encode("utf-8", "surrogateescape"))
    return match is not None and match.group().count(b"/") > 1


def _windows(text: bytes) -> Iterator[tuple[int, str]]:
    """(offset in bytes, piece) of the parts of a text that may hold a time; the whole text if it is short."""
    if len(text) <= _SHORT:
        words = text.decode("utf-8", "replace")
        if "\ufffd" not in words and _TIME.search(words):
            yield 0, words
        return
    # Latin-1 keeps one character a byte, so that offsets stay bytes.
    flat = text.decode("latin-1")
    at = 0
    while match := _TIME.search(flat, at):
        start = max(at, match.start() - _WINDOW)
        stop = min(len(flat), match.end() + _WINDOW)
        piece = flat[start:stop]
        if piece.isascii():
            yield start, piece
        else:
            yield start, "".join(c if c.isascii() else "?" for c in piece)
        at = stop
