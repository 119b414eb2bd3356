"""The same objects in another order: nothing may be left unexplained, and the code is reordered, not different."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from pathlib import Path

import pytest

from elfdiff.accounting.books import Books
from elfdiff.accounting.explanation import dump
from elfdiff.accounting.ledger import ledger_of
from elfdiff.accounting.proof import prove
from elfdiff.accounting.verdict import code_verdict
from elfdiff.accounting.verify import verify
from elfdiff.comparison.image import Image
from elfdiff.comparison.pair import compare
from elfdiff.comparison.references import dwarf
from elfdiff.diagnose import diagnose
from elfdiff.elf.file import parse
from elfdiff.report import Code

UNIT = """
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static const char *const names_@[] = {"alpha @", "beta @", "gamma @", "delta @"};
struct row { const char *name; int (*run)(int, const char *); };
static int first_@(int x, const char *s) { return x * @3 + (int)strlen(s); }
static int second_@(int x, const char *s) { errno = x; return fprintf(stderr, "@ %s %d", s, x) + @7; }
static const struct row rows_@[] = {{"first @", first_@}, {"second @", second_@}, {0, 0}};
__attribute__((visibility("default"))) double exported_@(int x, double y) { return y * @.25 + sqrt(x + @); }
int unit_@(int x, const char *s) {
    int sum = 0;
    for (const struct row *row = rows_@; row->name; row++)
        sum += row->run(x, row->name);
    switch (x) {
    case 0: puts("zero @"); break;
    case 1: printf("one %s @", s); break;
    case 2: return sum + @11;
    case 3: return atoi(s) + @;
    case 4: abort();
    case 5: puts(names_@[sum & 3]); break;
    case 6: exit(@);
    }
    return sum + (int)exported_@(sum, x * @.5);
}
"""
UNITS = range(1, 6)
MAIN = "".join(f"int unit_{n}(int, const char *);" for n in UNITS) + (
    "int main(int c, char **v) { int s = 0;" + "".join(f"s += unit_{n}(c, v[0]);" for n in UNITS) + "return s; }"
)
LINKERS = {
    "GNU ld": (),
    "GNU ld, RELR": ("-Wl,-z,pack-relative-relocs",),
    "GNU ld, fixed": ("-no-pie",),
    "LLD": ("-fuse-ld=lld",),
    "LLD, RELR": ("-fuse-ld=lld", "-Wl,--pack-dyn-relocs=relr"),
    "mold": ("-B/usr/libexec/mold",),
}
NEEDS = {"LLD": "ld.lld", "mold": "mold"}


@pytest.fixture(scope="module")
def objects(tmp_path_factory) -> dict[bool, list[Path]]:
    """Objects as position-independent code and not, in alphabetical order."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc")
    folder = tmp_path_factory.mktemp("order")
    out: dict[bool, list[Path]] = {True: [], False: []}
    (folder / "main.c").write_text(MAIN)
    for number in UNITS:
        (folder / f"unit{number}.c").write_text(UNIT.replace("@", str(number)))
    for source in sorted(folder.glob("*.c")):
        for fixed, made in out.items():
            path = source.with_suffix(".fixed.o" if fixed else ".o")
            flags = ["-fno-pie"] if fixed else ["-fPIE"]
            subprocess.run(["gcc", "-O2", *flags, "-c", str(source), "-o", str(path)], check=True)
            made.append(path)
    return out


def test_relocations_that_changed_places(objects, mutation, tmp_path):
    """Where the last pointer of one object stands beside the first of another, in b alone."""
    made = objects[False]
    files = []
    for name, order in (("a", made), ("b", [made[0], *reversed(made[1:])])):
        subprocess.run(["gcc", "-o", str(tmp_path / name), *map(str, order), "-lm"], check=True)
        files.append((tmp_path / name).read_bytes())
    a, b = parse(files[0], "a"), parse(files[1], "b")
    base = mutation.Accounted.of(a, files[1])
    table = b.section(".rela.dyn")
    assert table is not None
    assert table.span is not None
    rows = [files[1][at : at + 24] for at in range(table.span.start, table.span.end, 24)]
    relative = [row for row in rows if row[8] == 8]
    assert rows[: len(relative)] == relative
    for index, (x, y) in enumerate(itertools.pairwise(relative)):
        edit = mutation.Edit("neighbours swapped", ((table.span.start + 24 * index, y + x),))
        now = mutation.Accounted.of(a, mutation.planted(files[1], [edit]))
        assert mutation.judge(files[1], edit, now, base)[0] == "flagged", index


TWINS = ("alpha", "beta", "gamma", "delta")


@pytest.fixture(scope="module")
def twins(tmp_path_factory) -> tuple[bytes, bytes]:
    """Four objects with debug information, three of them equal but for names, in two orders."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc")
    folder = tmp_path_factory.mktemp("twins")
    for name in TWINS:
        text = f"int {name}(int x) {{ static int n; n += x; return n * {len(name)}; }}\n"
        (folder / f"{name}.c").write_text(text)
    calls = " + ".join(f"{name}(c)" for name in TWINS)
    heads = "".join(f"int {name}(int);" for name in TWINS)
    (folder / "m.c").write_text(f"{heads}\nint main(int c, char **v) {{ return {calls}; }}\n")
    for name in ("m", *TWINS):
        subprocess.run(["gcc", "-O2", "-g", "-c", f"{name}.c"], check=True, cwd=folder)
    for out, order in (("a", TWINS), ("b", (TWINS[3], TWINS[2], TWINS[0], TWINS[1]))):
        subprocess.run(["gcc", "-o", out, "m.o", *(f"{name}.o" for name in order)], check=True, cwd=folder)
    return (folder / "a").read_bytes(), (folder / "b").read_bytes()


def test_units_that_are_equal_but_for_their_names(twins):
    """Nothing is left over: names and code say which unit is which, and its tables and address ranges go with it."""
    for files in (twins, twins[::-1]):
        alignment = compare(parse(files[0], "a"), parse(files[1], "b")).alignment
        ledger = ledger_of(Books(alignment.forward, {}, ()))
        assert ledger.unexplained_spans == ()
        assert ledger.totals.contradicted.most == 0
        assert code_verdict(alignment, ledger) is Code.REORDERED
        assert verify(*files, dump(prove(alignment)))[0]


def test_names_of_units_that_were_exchanged(twins, mutation):
    """A name alone places no unit: exchanged with another's, or set to what a has in its place."""
    a, b = parse(twins[0], "a"), parse(twins[1], "b")
    base = mutation.Accounted.of(a, twins[1])
    groups = [g for g in dwarf.fields(Image(b)) if g.what in ("string offset in DWARF", "address in DWARF")]
    info = b.section(".debug_info")
    assert info is not None
    assert info.span is not None
    start = info.span.start
    for group in groups:
        inside = [[at for at in group.at.tolist() if u.offset < at - start < u.end] for u in b.debug_units]
        for p, q in (pair for rank in itertools.zip_longest(*inside) for pair in itertools.combinations(rank[1:], 2)):
            if p is None or q is None:
                continue
            x, y = (twins[1][at : at + group.width] for at in (p, q))
            if x != y:
                edit = mutation.Edit("exchanged", ((p, y), (q, x)))
                now = mutation.Accounted.of(a, mutation.planted(twins[1], [edit]))
                assert mutation.judge(twins[1], edit, now, base)[0] == "flagged", (group.what, hex(p), hex(q))


@pytest.mark.parametrize("linker", LINKERS)
def test_only_the_order_changed(objects, linker, tmp_path):
    needed = NEEDS.get(linker.split(",")[0])
    if needed is not None and shutil.which(needed) is None:
        pytest.skip(f"no {needed}")
    flags = LINKERS[linker]
    made = objects["-no-pie" in flags]
    files = []
    for name, order in (("a", made), ("b", [made[0], *reversed(made[1:])])):
        out = tmp_path / name
        command = ["gcc", *flags, "-Wl,--build-id=none,-s,-E", "-o", str(out), *map(str, order), "-lm"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"{linker} does not link: {done.stderr.strip()[-100:]}")
        files.append(out.read_bytes())
    alignment = compare(parse(files[0], "a"), parse(files[1], "b")).alignment
    ledger = ledger_of(Books(alignment.forward, {}, ()))
    assert ledger.unexplained_spans == ()
    assert ledger.totals.contradicted.most == 0
    assert code_verdict(alignment, ledger) is Code.REORDERED
    assert verify(*files, dump(prove(alignment)))[0]


def test_functions_of_one_size_that_changed_places(tmp_path, mutation):
    """Operands that are addresses are right wherever a function stands; its symbol says that it is another one."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc")
    for name in ("one", "two"):
        bodies = f'void {name}_a(void) {{ puts("{name} a"); }}\nvoid {name}_b(void) {{ printf("{name} b"); }}'
        text = f"#include <stdio.h>\n{bodies}\n"
        (tmp_path / f"{name}.c").write_text(text)
    (tmp_path / "m.c").write_text(
        "void one_a(void), one_b(void), two_a(void), two_b(void);"
        "int main(void) { one_a(); one_b(); two_a(); two_b(); return 0; }"
    )
    files = []
    for out, order in (("a", ("one", "two")), ("b", ("two", "one"))):
        flags = ["-O1", "-no-pie", "-fno-pie", "-fno-optimize-sibling-calls"]
        command = ["gcc", *flags, "m.c", *(f"{name}.c" for name in order), "-o", out]
        subprocess.run(command, check=True, cwd=tmp_path)
        files.append((tmp_path / out).read_bytes())
    a, b = parse(files[0], "a"), parse(files[1], "b")
    base = mutation.Accounted.of(a, files[1])
    places = {s.name: (s.value, s.size) for s in b.symbols if s.kind == "func"}
    text = b.section(".text")
    assert text is not None
    assert text.span is not None
    for p, q in itertools.combinations(("one_a", "one_b", "two_a", "two_b"), 2):
        (x, n), (y, m) = places[p], places[q]
        at = [value - text.address + text.span.start for value in (x, y)]
        n = min(n, m)
        old = [files[1][place : place + n] for place in at]
        edit = mutation.Edit("exchanged", ((at[0], old[1]), (at[1], old[0])))
        now = mutation.Accounted.of(a, mutation.planted(files[1], [edit]))
        assert mutation.judge(files[1], edit, now, base)[0] == "flagged", (p, q)


LONE = {
    "main.c": "int first(int, const char *);\nint main(int c, char **v) { return first(c, v[0]) + first(c, v[1]); }\n",
    "first.c": """#include <stdio.h>
int first(int n, const char *s)
{ int r = n; for (int i = 0; i < n; i++) { r = r * 3 + s[i]; printf("%d", r); } return r; }
int second(int n, const char *s) { return n > 3 ? first(n - 1, s) : puts(s); }
""",
}


@pytest.mark.parametrize("flags", [("-Os",), ("-O2", "-g"), ("-O2", "-g", "-fno-asynchronous-unwind-tables")])
def test_main_stands_in_a_section_of_its_own(tmp_path, flags):
    """Its code stays first whatever the order of the objects, and only its frame tells of it."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc")
    for name, text in LONE.items():
        (tmp_path / name).write_text(text)
        subprocess.run(["gcc", *flags, "-c", name], check=True, cwd=tmp_path)
    for out, order in (("a", ("main.o", "first.o")), ("b", ("first.o", "main.o"))):
        subprocess.run(["gcc", "-o", out, *order], check=True, cwd=tmp_path)
    for one, other in (("a", "b"), ("b", "a")):
        report = diagnose(str(tmp_path / one), str(tmp_path / other))
        assert [(found.cause, str(found.confidence)) for found in report.findings if found.role == "root"] == [
            ("link-order", "certain")
        ]
        assert report.ledger.totals.unexplained.most == 0


@pytest.mark.parametrize("flags", [(), ("-no-pie",), ("-s",)], ids=["pie", "fixed", "stripped"])
def test_the_start_files_hold_the_end_of_data_twice(tmp_path, flags):
    """What begins behind .data moves with its object, and the end of .data stays."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc")
    unit = "static int seen_@; int row_@[] = {@, @1, @2, @3};\n"
    unit += "int unit_@(int n) { seen_@ += n; return row_@[n & 3] + seen_@ / @7; }\n"
    for name in "345":
        (tmp_path / f"u{name}.c").write_text(unit.replace("@", name))
        subprocess.run(["gcc", "-O1", "-c", f"u{name}.c"], check=True, cwd=tmp_path)
    heads = "".join(f"int unit_{name}(int);" for name in "345")
    (tmp_path / "m.c").write_text(
        f"{heads} int main(int c, char **v) {{ return unit_3(c) + unit_4(c) + unit_5(c); }}\n"
    )
    for out, order in (("a", "345"), ("b", "543")):
        command = ["gcc", *flags, "-o", out, "m.c", *(f"u{name}.o" for name in order)]
        subprocess.run(command, check=True, cwd=tmp_path)
    report = diagnose(str(tmp_path / "a"), str(tmp_path / "b"))
    assert report.ledger.totals.contradicted.most == 0
    assert report.code is not Code.DIFFERS
