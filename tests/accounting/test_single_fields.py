"""One field of b set to another number, alone: nothing may own it as root or consequence, and it may not go unseen."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from elfdiff.elf.file import ElfFile, parse
from elfdiff.errors import ElfdiffError

STEPS = (1, -1, 8, -8, 16, 24, 64, 4096)
SAMPLES = Path(__file__).parents[2] / "samples"


def places(elf: ElfFile, field: str) -> Iterator[int]:
    """Offsets of 64-bit words that hold a number which the layout decides."""
    if field == "e_entry":
        yield 24
    elif field == "p_filesz":
        yield from (s.header_span.start + 32 for s in elf.segments if s.file_size)
    elif field == "sh_size":
        yield from (s.header_span.start + 32 for s in elf.sections if s.size)
    elif field == "sh_offset":
        yield from (s.header_span.start + 24 for s in elf.sections if s.size)
    elif field == "d_val":
        section = elf.section(".dynamic")
        assert section is not None
        assert section.span is not None
        for at in range(section.span.start, section.span.end, 16):
            tag, value = struct.unpack_from("<QQ", elf.data, at)
            # Those that are no flags, counts or entry sizes.
            if tag in (4, 5, 6, 7, 8, 10, 12, 13, 23, 25, 26, 0x6FFFFEF5, 0x6FFFFFFE, 0x6FFFFFF0) and value:
                yield at + 8
    else:
        offset = {"st_value": 8, "st_size": 16}[field]
        for symbol in (*elf.symbols, *elf.dynamic_symbols):
            if struct.unpack_from("<Q", elf.data, symbol.span.start + offset)[0]:
                yield symbol.span.start + offset


@pytest.mark.parametrize("orders", [("mu", "mu"), ("mu", "um")], ids=["same order", "other order"])
@pytest.mark.parametrize("field", ["st_value", "st_size", "sh_size", "sh_offset", "e_entry", "p_filesz", "d_val"])
def test_an_edited_field_is_flagged(build, mutation, field, orders):
    pair = build("-g", orders=orders)
    a, b = parse(pair.a, "a"), parse(pair.b, "b")
    base = mutation.Accounted.of(a, pair.b)
    rng = random.Random(f"{field} 20261123")
    for _ in range(4):
        at = rng.choice(list(places(b, field)))
        (value,) = struct.unpack_from("<Q", pair.b, at)
        new = struct.pack("<Q", (value + rng.choice(STEPS)) % (1 << 64))
        data = pair.b[:at] + new + pair.b[at + 8 :]
        try:
            now = mutation.Accounted.of(a, data)
        except ElfdiffError:
            continue
        edit = mutation.Edit(field, ((at, new),))
        result = mutation.judge(pair.b, edit, now, base)
        assert result[0] == "flagged", (hex(at), value, new.hex(), result)


def test_a_symbol_and_a_frame_that_disagree_place_no_function(build, mutation):
    """A symbol moved to a function of another size while .eh_frame is cut short: nothing else says where it stands."""
    pair = build("-g", orders=("mu", "um"))
    a, b = parse(pair.a, "a"), parse(pair.b, "b")
    base = mutation.Accounted.of(a, pair.b)
    symbol = next(s for s in b.symbols if s.name == "twice")
    frames = b.section(".eh_frame")
    assert frames is not None
    assert frames.span is not None
    new = struct.pack("<Q", symbol.value + 16)
    data = bytearray(pair.b)
    data[symbol.span.start + 8 : symbol.span.start + 16] = new
    second = frames.span.start + 4 + struct.unpack_from("<I", pair.b, frames.span.start)[0]
    data[second : second + 4] = b"\xff\xff\x00\x00"
    now = mutation.Accounted.of(a, bytes(data))
    edit = mutation.Edit("symbol value", ((symbol.span.start + 8, new),))
    assert mutation.judge(pair.b, edit, now, base)[0] == "flagged"


def test_a_section_that_ends_with_a_changed_text_ends_behind_it(accounted):
    """sh_size of .rodata follows from the text that stands last; its alignment follows from nothing."""
    folder = SAMPLES / "host-identity"
    done = accounted((folder / "a").read_bytes(), (folder / "b").read_bytes())
    a = parse((folder / "a").read_bytes(), "a").section(".rodata")
    assert a is not None
    headers = [span.a for span in done.ledger.unexplained_spans if span.a and span.a[0] >= a.header_span.start]
    assert headers == [(a.header_span.start + 48, 1)]


def test_a_moved_header_does_not_move_what_points_into_its_section(build, mutation):
    """sh_addr of .text and an addend that points there, both eight more: the segment says that nothing moved."""
    pair = build("-g")
    a, b = parse(pair.a, "a"), parse(pair.b, "b")
    base = mutation.Accounted.of(a, pair.b)
    text, table = b.section(".text"), b.section(".rela.dyn")
    assert text is not None
    assert table is not None
    assert table.span is not None
    at = next(
        at + 16
        for at in range(table.span.start, table.span.end, 24)
        if 0 <= struct.unpack_from("<q", pair.b, at + 16)[0] - text.address < text.size
    )
    writes = [(text.header_span.start + 16, text.address), (at, struct.unpack_from("<q", pair.b, at)[0])]
    data = bytearray(pair.b)
    for place, value in writes:
        struct.pack_into("<q", data, place, value + 8)
    now = mutation.Accounted.of(a, bytes(data))
    for place, value in writes:
        edit = mutation.Edit("both", ((place, struct.pack("<q", value + 8)),))
        assert mutation.judge(pair.b, edit, now, base)[0] == "flagged"
