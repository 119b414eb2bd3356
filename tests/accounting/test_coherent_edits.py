"""Edits that keep every value valid: records exchanged, references to what might be mistaken for their target."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import pytest

from elfdiff.comparison.code.machines import x86_64
from elfdiff.comparison.image import Image
from elfdiff.comparison.references import dwarf
from elfdiff.comparison.references.code import CodeMap, code_fields
from elfdiff.comparison.references.ranges import frames_of
from elfdiff.elf.file import ElfFile, parse
from elfdiff.elf.model import Section
from elfdiff.errors import ElfdiffError

Judge = Callable[..., str]


@dataclass(frozen=True)
class Files:
    """A pair."""

    a: bytes
    b: bytes


@pytest.fixture
def judge(build, mutation: ModuleType) -> Judge:
    """judge(pair, writes): how one edit of b comes out."""

    def run(pair, *writes: tuple[int, bytes]) -> str:
        a = parse(pair.a, "a")
        edit = mutation.Edit("edit", tuple(writes))
        assert mutation.changes(pair.b, edit)
        now = mutation.Accounted.of(a, mutation.planted(pair.b, [edit]))
        return str(mutation.judge(pair.b, edit, now, mutation.Accounted.of(a, pair.b))[0])

    return run


def section(elf: ElfFile, name: str) -> tuple[Section, int]:
    found = elf.section(name)
    assert found is not None
    assert found.span is not None
    return found, found.span.start


def exchanged(data: bytes, p: int, q: int, size: int) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
    return (p, data[q : q + size]), (q, data[p : p + size])


@pytest.mark.parametrize(
    ("name", "head", "size", "rows"),
    [
        (".rela.dyn", 0, 24, (1, 4)), (".rela.dyn", 0, 24, (2, 3)), (".eh_frame_hdr", 12, 8, (1, 4)),
        (".eh_frame_hdr", 12, 8, (2, 3)), (".dynamic", 0, 16, (2, 3)), (".dynamic", 0, 16, (3, 9)),
    ],
)  # fmt: skip
def test_records_that_changed_places(build, judge, name, head, size, rows):
    pair = build("-g")
    _, start = section(parse(pair.b, "b"), name)
    p, q = (start + head + size * row for row in rows)
    assert judge(pair, *exchanged(pair.b, p, q, size)) == "flagged"


def test_relocations_that_changed_places_where_the_objects_have_another_order(build, judge):
    """Also where they were none's neighbours before: the linker sorts them by place."""
    pair = build("-g", orders=("mu", "um"))
    table, start = section(parse(pair.b, "b"), ".rela.dyn")
    kinds = [struct.unpack_from("<I", pair.b, start + at + 8)[0] for at in range(0, table.size, 24)]
    relative = kinds.count(8)
    assert relative > 5
    for row in range(relative - 1):
        p = start + 24 * row
        assert judge(pair, *exchanged(pair.b, p, p + 24, 24)) == "flagged", row


def test_ranges_of_units_that_changed_places(build, accounted, judge):
    """Each set of .debug_aranges goes with its unit, also where that was the first and is the last."""
    pair = build("-g", orders=("mu", "um"))
    ranges = next(row for row in accounted(pair.a, pair.b).ledger.rows if row.name == ".debug_aranges").classes
    assert (ranges.unexplained.most, ranges.contradicted.most) == (0, 0)
    _, start = section(parse(pair.b, "b"), ".debug_aranges")
    first, second = start + 16, start + 16 + 48
    assert judge(pair, *exchanged(pair.b, first, second, 8)) == "flagged"


def test_a_directory_that_stands_in_the_place_of_another_text(build, judge):
    """A second copy of the text that a's became: pools hold each text once, and nothing says which copy is it."""
    pair = build("-g")
    found, start = section(parse(pair.b, "b"), ".debug_line_str")
    texts = pair.b[start : start + found.size].split(b"\0")
    directory = next(text for text in texts if text.endswith(b"/a-longer-directory"))
    for text in texts:
        at = start + pair.b[start:].find(b"\0" + text + b"\0") + 1
        if text != directory and len(text) > len(directory) and not text.startswith(directory[:-19]):
            new = directory + b"\0" + text[len(directory) + 1 :]
            assert judge(pair, (at, new)) == "flagged", text


def test_zeros_in_a_text_that_fills_its_section(build, judge):
    """What is aligned to nothing has no padding."""
    pair = build("-g")
    found, start = section(parse(pair.b, "b"), ".interp")
    assert judge(pair, (start + found.size - 4, bytes(3))) == "flagged"


@pytest.mark.parametrize("names", [("main", "util"), ("table", "second")])
def test_symbols_that_changed_places(build, judge, names):
    pair = build("-g")
    p, q = (next(s.span.start for s in parse(pair.b, "b").symbols if s.name == name) for name in names)
    assert judge(pair, *exchanged(pair.b, p, q, 24)) == "flagged"


def test_a_file_name_set_to_any_other_place_of_the_texts(build, judge):
    """Also to the middle of a path that changed, of which the map knows nothing, and to what a holds."""
    pair = build("-g")
    b = parse(pair.b, "b")
    found, _ = section(b, ".debug_line_str")
    names = next(f for f in dwarf.fields(Image(b)) if f.what == "file name in a line program")
    at = int(names.at[0])
    for value in range(0, found.size, 7):
        new = struct.pack("<I", value)
        if pair.b[at : at + 4] != new:
            assert judge(pair, (at, new)) == "flagged", value


def test_a_function_as_long_as_a_negative_number(build, judge):
    """Call frames for a fixed place hold lengths of 64 bits."""
    pair = build("-g")
    b = parse(pair.b, "b")
    frames, start = section(b, ".eh_frame")
    fde = frames_of(Image(b), frames).fdes[2]
    assert judge(pair, (start + fde.range_at, b"\xff" * fde.begin.width)) == "flagged"


def test_an_edit_in_the_plt_names_it(build, mutation):
    """Stripped, and no symbol says that functions stand there: call frames do."""
    pair = build("-g", strip=True)
    a, b = parse(pair.a, "a"), parse(pair.b, "b")
    _, start = section(b, ".plt")
    edit = mutation.Edit("edit", ((start + 0x22, b"\x77"),))
    now = mutation.Accounted.of(a, mutation.planted(pair.b, [edit]))
    assert now.names(start + 0x22)


def test_dynamic_symbols_that_changed_places(build, judge):
    """Their table of hashes says which of them stands where, whatever the order of the objects."""
    pair = build("-rdynamic", orders=("mu", "um"))
    b = parse(pair.b, "b")
    p, q = (next(s.span.start for s in b.dynamic_symbols if s.name == name) for name in ("main", "util"))
    assert judge(pair, *exchanged(pair.b, p, q, 24)) == "flagged"


@pytest.mark.parametrize(("at", "width"), [(32, 8), (40, 8), (60, 2)], ids=["e_phoff", "e_shoff", "e_shnum"])
@pytest.mark.parametrize("step", [-3, -1, 1, 8])
def test_a_table_stands_where_the_elf_header_alone_says(build, judge, at, width, step):
    pair = build("-g")
    new = (int.from_bytes(pair.b[at : at + width], "little") + step).to_bytes(width, "little")
    with contextlib.suppress(ElfdiffError):
        assert judge(pair, (at, new)) == "flagged"


def test_a_nop_with_a_number_in_it_is_no_fill():
    code = bytes.fromhex("662e0f1f840000000000")
    assert x86_64.is_padding(code, 0)
    assert not x86_64.is_padding(code[:-1] + b"\x01", 0)


@pytest.mark.parametrize("step", [-16, 16])
def test_the_length_of_a_unit_says_not_where_it_ends(build, judge, step):
    pair = build("-gdwarf-4", orders=("mu", "um"))
    _, start = section(parse(pair.b, "b"), ".debug_info")
    (length,) = struct.unpack_from("<I", pair.b, start)
    assert judge(pair, (start, struct.pack("<I", length + step))) == "flagged"


@pytest.mark.parametrize("step", [-16, 16])
def test_the_size_of_memory_without_contents_and_names(build, judge, step):
    pair = build("-g", strip=True)
    found = parse(pair.b, "b").section(".bss")
    assert found is not None
    assert judge(pair, (found.header_span.start + 32, struct.pack("<Q", found.size + step))) == "flagged"


@pytest.mark.parametrize(("place", "name"), [(16, "p_vaddr"), (24, "p_paddr"), (8, "p_offset"), (40, "p_memsz")])
def test_a_segment_that_keeps_what_a_has(build, mutation, judge, place, name):
    """Fields of program headers that should have changed and did not."""
    pair = build("-g")
    a, b = parse(pair.a, "a"), parse(pair.b, "b")
    before = mutation.Accounted.of(a, pair.b)
    changed = [
        (x.header_span.start + place, pair.a[x.header_span.start + place :][:8])
        for x in b.segments
        if before.kind[x.header_span.start + place : x.header_span.start + place + 8].any()
    ]
    for at, old in changed:
        assert judge(pair, (at, old)) == "flagged", (name, hex(at))


def test_a_byte_between_functions_that_is_no_fill(build, judge):
    """One byte repeats itself: that does not make it fill, neither in the file whose fill is learned nor in b."""
    pair = build("-g", orders=("mu", "um"))
    b = parse(pair.b, "b")
    text, start = section(b, ".text")
    named = sorted((s.value, s.size) for s in b.symbols if s.kind == "func" and s.section == text.index and s.size)
    gaps = [range(p + n, q) for (p, n), (q, _) in itertools.pairwise(named) if 0 < q - p - n < 16]
    assert gaps
    for gap in gaps:
        at = gap[-1] - text.address + start
        assert judge(pair, (at, bytes([pair.b[at] ^ 0x39]))) == "flagged", hex(at)


@pytest.mark.parametrize("swap", [False, True])
def test_a_call_that_leads_nowhere(build, mutation, swap):
    """In either file: the other one's call with the same number in it leads to a function."""
    pair = build("-g", orders=("mu", "um"))
    x, y = (pair.b, pair.a) if swap else (pair.a, pair.b)
    a, b = parse(x, "a"), parse(y, "b")
    base = mutation.Accounted.of(a, y)
    group = next(g for g in code_fields(Image(b), CodeMap(Image(b))) if g.what == "code operand")
    for at in group.at.tolist():
        old = base.subject.of_partner(at, 4)
        if old is None or old == y[at : at + 4]:
            continue
        edit = mutation.Edit("set back", ((at, old),))
        now = mutation.Accounted.of(a, mutation.planted(y, [edit]))
        assert mutation.judge(y, edit, now, base)[0] == "flagged", hex(at)


SORTED = """
struct pair { const char *name; int (*run)(const char *); };
extern int puts(const char *);
static const struct pair rows_%s[3] = {{"%s one", puts}, {"two", puts}, {"three", 0}};
__attribute__((noinline)) int use_%s(int i) { return rows_%s[i].run(rows_%s[i].name) + %d; }
"""


def test_operands_that_mean_where_a_section_ends(tmp_path, judge):
    """In a the first thing of .data.rel.ro begins where .fini_array ends; in b it stands elsewhere, and only an edit
    leaves an operand where it was."""
    compiler = shutil.which("gcc") or pytest.skip("needs gcc")
    for number, name in enumerate("mn"):
        (tmp_path / f"{name}.c").write_text(SORTED.replace("%s", name).replace("%d", str(number)))
    files = []
    for order in ("mn", "nm"):
        sources = [f"{letter}.c" for letter in order]
        subprocess.run([compiler, "-O1", "-g0", "-fPIC", "-shared", *sources, "-o", "x"], check=True, cwd=tmp_path)
        files.append((tmp_path / "x").read_bytes())
    pair = Files(*files)
    b = parse(pair.b, "b")
    table, _ = section(b, ".data.rel.ro")
    code = code_fields(Image(b), CodeMap(Image(b)))
    tried = 0
    for group in code:
        for row in range(len(group)):
            target, at = int(group.target[row]), int(group.at[row])
            if target > table.address and target < table.address + table.size and group.width == 4:
                held = int.from_bytes(pair.b[at : at + 4], "little")
                new = (held + table.address - target).to_bytes(4, "little")
                assert judge(pair, (at, new)) == "flagged", hex(at)
                tried += 1
    assert tried


def test_a_path_that_changed_places_with_another_text(tmp_path, judge):
    """Its bytes read as the rewrite says, but code looks for them where the other text is now."""
    compiler = shutil.which("gcc") or pytest.skip("needs gcc")
    path = str(tmp_path / "longer" / "m.c")
    files = []
    for name, order in (("a", "mno"), ("longer", "onm")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "m.c").write_text("const char *m(int i) { return __FILE__ + i; }")
        (folder / "n.c").write_text(f'const char *n(int i) {{ return 3 + "{"t" * len(path)}" + 2 * i; }}')
        (folder / "o.c").write_text("const char *o(int i) { return __FILE__ + 4 * i; }")
        sources = [str(folder / f"{letter}.c") for letter in order]
        flags = ["-O1", "-g0", "-fPIC", "-shared", "-nostdlib", "-fno-merge-constants"]
        subprocess.run([compiler, *flags, *sources, "-o", "x"], check=True, cwd=folder)
        files.append((folder / "x").read_bytes())
    pair = Files(*files)
    p, q = pair.b.index(path.encode() + b"\0"), pair.b.index(b"t" * len(path))
    assert judge(pair, *exchanged(pair.b, p, q, len(path))) == "flagged"


def test_an_entry_of_a_plt_whose_functions_have_symbols(build, mutation):
    """mold names each entry after its symbol, so that they are functions."""
    if shutil.which("mold") is None:
        pytest.skip("needs mold")
    pair = build("-g", "-fuse-ld=mold", orders=("mu", "um"))
    a, b = parse(pair.a, "a"), parse(pair.b, "b")
    group = next(
        group
        for group in code_fields(Image(b), CodeMap(Image(b)))
        if any(section(b, ".plt")[1] <= at < section(b, ".plt")[1] + section(b, ".plt")[0].size for at in group.at)
    )
    _, start = section(b, ".plt")
    at = next(int(at) for at in group.at[::-1] if start <= at < start + section(b, ".plt")[0].size)
    edit = mutation.Edit("edit", ((at, bytes([pair.b[at] ^ 0x40])),))
    assert mutation.Accounted.of(a, mutation.planted(pair.b, [edit])).names(at)


def test_frames_that_exchange_their_functions_and_keep_their_lengths(build, judge):
    """Where the objects have another order a frame may stand anywhere."""
    pair = build("-g", orders=("mu", "um"))
    b = parse(pair.b, "b")
    frames, start = section(b, ".eh_frame")
    fdes = frames_of(Image(b), frames).fdes
    tried = 0
    for f, g in itertools.combinations(fdes, 2):
        if f.length == g.length:
            continue
        step = g.begin.target - f.begin.target
        writes = []
        for fde, by in ((f, step), (g, -step)):
            at = start + fde.begin.at
            held = int.from_bytes(pair.b[at : at + 4], "little", signed=True)
            writes.append((at, (held + by).to_bytes(4, "little", signed=True)))
        assert judge(pair, *writes) == "flagged", (f.at, g.at)
        tried += 1
    assert tried


@pytest.mark.parametrize("orders", [("mu", "mu"), ("mu", "um")], ids=["in order", "reversed"])
def test_functions_that_exchange_the_places_of_their_symbols(build, judge, orders):
    """Their frames say how long the function is that begins there."""
    pair = build("-g", orders=orders)
    symbols = {s.name: s for s in parse(pair.b, "b").symbols if s.size}
    tried = 0
    for one, other in itertools.combinations(("main", "util", "twice", "_start"), 2):
        p, q = symbols[one].span.start + 8, symbols[other].span.start + 8
        assert judge(pair, *exchanged(pair.b, p, q, 8)) == "flagged", (one, other)
        tried += 1
    assert tried


def test_a_local_symbol_among_the_global_ones(build, judge):
    """Where the objects have another order symbols may stand anywhere among their like."""
    pair = build("-g", orders=("mu", "um"))
    symbols = parse(pair.b, "b").symbols
    local = [s for s in symbols if s.binding == "local" and s.value]
    others = [s for s in symbols if s.binding == "global" and s.value]
    for one in local:
        for other in others:
            assert judge(pair, *exchanged(pair.b, one.span.start, other.span.start, 24)) == "flagged", (one, other)


def test_labels_of_free_pascal_in_sections_that_are_not_loaded(tmp_path, accounted):
    """Their values are offsets: the section begins at address 0."""
    compiler = shutil.which("fpc") or pytest.skip("needs fpc")
    files = []
    for name in ("a", "a-longer-one"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "x.pas").write_text("program x; begin writeln(3); end.\n")
        subprocess.run([compiler, "-g", "-ox", "x.pas"], check=True, cwd=folder, capture_output=True)
        files.append((folder / "x").read_bytes())
    totals = accounted(*files).ledger.totals
    assert (totals.unexplained.most, totals.contradicted.most) == (0, 0)


def test_symbols_on_either_side_of_where_two_objects_meet(build, judge):
    """mold writes the names of global symbols before those of local ones; within each the names tell the order."""
    if shutil.which("mold") is None:
        pytest.skip("needs mold")
    pair = build("-g", "-fuse-ld=mold", orders=("mu", "um"))
    symbols = [s for s in parse(pair.b, "b").symbols if s.binding == "global"]
    for one, other in itertools.pairwise(symbols):
        if one.value and other.value:
            assert judge(pair, *exchanged(pair.b, one.span.start, other.span.start, 24)) == "flagged", one.name
