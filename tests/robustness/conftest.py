"""What no damage to a file may break, and the means to damage one."""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from elfdiff.diagnose import diagnose
from elfdiff.elf.file import ElfFile, parse
from elfdiff.errors import LimitExceeded, MalformedArchive, MalformedElf, NotElf
from elfdiff.outcome import exit_code
from elfdiff.render.jsonreport import render_json, render_spans
from elfdiff.render.markdown import render_markdown
from elfdiff.render.style import TextStyle
from elfdiff.render.text import render_text
from elfdiff.report import Ledger, Report

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
OWNERS = ("root", "payload", "input", "consequence", "hash", "unexplained")
TROUBLE = (NotElf, MalformedElf, MalformedArchive, LimitExceeded)
"""What bad input may raise; every other ElfdiffError would be elfdiff's own fault."""


def check_sums(ledger: Ledger) -> None:
    """Classes add up to ``differing``; rows and runs add up to the totals; runs stand in file order."""
    for side in ("a", "b"):
        counts = {name: getattr(getattr(ledger.totals, name), side) for name in ("differing", *OWNERS)}
        assert counts["differing"] == sum(counts[name] for name in OWNERS)
        for name, count in counts.items():
            assert count == sum(getattr(getattr(row.classes, name), side) for row in ledger.rows)
        end = 0
        for run in ledger.runs:
            if run.side == side:
                assert end <= run.offset
                assert run.length > 0
                end = run.offset + run.length
                counts[run.owner] -= run.length
        assert not any(counts[name] for name in OWNERS)
        spans = [at for span in ledger.unexplained_spans if (at := getattr(span, side)) is not None]
        assert sum(length for _, length in spans) == getattr(ledger.totals.unexplained, side)


def check_outputs(report: Report) -> None:
    """Every output can be written, and holds no control character."""
    code = exit_code(report)
    for text in (
        render_text(report, TextStyle(verbose=True), code, frozenset(), True),
        render_markdown(report, code, frozenset()),
        render_json(report, True),
        render_spans(report),
    ):
        text.encode()
        assert all(line.isprintable() for line in text.split("\n"))


class Trial:
    """Compares bytes as two files would be compared."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, a: bytes, b: bytes, seconds: float = 5) -> Report | None:
        """The report, its promises checked; None if the input is trouble, told in one sentence that names the side."""
        paths = [self.home / "a", self.home / "b"]
        for path, data in zip(paths, (a, b), strict=True):
            path.write_bytes(data)
        begun = time.perf_counter()
        try:
            report = diagnose(*map(str, paths))
        except TROUBLE as error:
            sentence = str(error)
            assert "\n" not in sentence
            assert sentence.startswith((f"a: {paths[0]}: ", f"b: {paths[1]}: "))
            return None
        assert time.perf_counter() - begun < seconds
        if report.ledger is not None:
            check_sums(report.ledger)
        check_outputs(report)
        return report


class Damage:
    """Changes to the bytes of one ELF file."""

    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)
        self.elf: ElfFile = parse(data, "whole")
        self.mark = "<" if self.elf.byte_order == "little" else ">"
        self.wide = self.elf.elf_class == 64

    def put(self, at: int, width: int, value: int) -> Damage:
        """Write a number, as far as the file reaches."""
        form = self.mark + {1: "B", 2: "H", 4: "I", 8: "Q"}[width]
        new = struct.pack(form, value & ((1 << (8 * width)) - 1))[: max(0, len(self.data) - at)]
        self.data[at : at + len(new)] = new
        return self

    def header(self, field: str, value: int) -> Damage:
        """Set a field of the ELF header: shoff, phnum, shnum, shstrndx."""
        at, width = {"shoff": (40, 8), "phnum": (56, 2), "shnum": (60, 2), "shstrndx": (62, 2)}[field]
        return self.put(at, width, value)

    def section(self, name: str, field: str, value: int) -> Damage:
        """Set a field of the header of the first section of that name (64-bit files)."""
        section = self.elf.section(name)
        assert section is not None
        places = {
            "name": (0, 4), "type": (4, 4), "flags": (8, 8), "address": (16, 8), "offset": (24, 8), "size": (32, 8),
            "link": (40, 4), "info": (44, 4), "alignment": (48, 8), "entry_size": (56, 8),
        }  # fmt: skip
        at, width = places[field]
        return self.put(section.header_span.start + at, width, value)

    def segments(self, field: str, value: int) -> Damage:
        """Set a field of every program header (64-bit files)."""
        at = {"offset": 8, "address": 16, "file_size": 32, "memory_size": 40, "alignment": 48}[field]
        for segment in self.elf.segments:
            self.put(segment.header_span.start + at, 8, value)
        return self

    def noise(self, chance: random.Random) -> bytes:
        """The file with a few numbers changed: half of them in headers, the others near the start of some section."""
        headers = [self.elf.header.span] * 3
        headers += [part.header_span for part in (*self.elf.sections, *self.elf.segments)]
        contents = [section.span for section in self.elf.sections if section.size and section.span is not None]
        for _ in range(chance.choice((1, 1, 2, 4, 20))):
            span = chance.choice(headers if chance.random() < 0.5 or not contents else contents)
            at = chance.randrange(span.start, min(span.end, span.start + 400))
            width = chance.choice((1, 1, 2, 4, 8))
            odd = (0, 1, -1, 1 << (8 * width - 1), 0x7F, 0x80, len(self.data), chance.getrandbits(8 * width))
            self.put(at, width, chance.choice(odd))
        return bytes(self.data)


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial(tmp_path)


@pytest.fixture(scope="session")
def damage() -> type[Damage]:
    return Damage


@pytest.fixture(scope="session")
def sample() -> Callable[[str], tuple[bytes, bytes]]:
    """Both files of a checked-in pair."""

    def read(case: str) -> tuple[bytes, bytes]:
        return (SAMPLES / case / "a").read_bytes(), (SAMPLES / case / "b").read_bytes()

    return read
