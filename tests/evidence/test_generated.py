"""What generators, build scripts and install steps leave: other orders, certificates, names, erased run paths."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from elfdiff.comparison.pair import compare
from elfdiff.elf.file import parse
from elfdiff.evidence import certificates, drawn, inline, objects, permuted, renames, runpaths
from elfdiff.evidence.temporary import drawn_component, is_drawn

gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")


@pytest.fixture
def built(tmp_path):
    """``built(source, name, *flags)``: the bytes of a shared library compiled from C or assembly."""

    def run(source, name, *flags):
        path = tmp_path / name
        path.write_text(source)
        command = ["gcc", "-O2", "-shared", "-fPIC", "-o", f"{path}.so", str(path), *flags]
        subprocess.run(command, check=True, timeout=60, cwd=tmp_path)
        return parse((tmp_path / f"{name}.so").read_bytes(), name)

    return run


@pytest.mark.parametrize(
    ("a", "b", "parent", "expected"),
    [
        ("ccQz3mPd.s", "ccW8rLxK.s", "", True),
        ("gplcAb12Cd.c", "gplcxY98zQ.c", "", True),
        ("eclinitkXb2Qz.c", "eclinitP9aLmw.c", "", True),
        ("tmpPrtb78VU", "tmpdizcx7Wj", "/tmp", True),
        ("tmpk3v9x2qa", "tmp0z7hh1mc", "/build", True),
        (".mesonpy-a1b2c3d4", ".mesonpy-z9y8x7w6", "/src", True),
        ("go-build3049127865", "go-build117182665", "/tmp", True),
        ("gen5Kx0qP.c", "genQ2m9Za.c", "", True),
        ("worker1", "worker2", "/tmp", False),
        ("alice", "bobby", "/tmp", False),
        ("build-one", "build-two", "/tmp", False),
        ("parser.c", "solver.c", "", False),
        ("general.c", "genetic.c", "", False),
        ("1.2.3", "1.2.4", "/tmp", False),
    ],
)
def test_names_that_tools_draw(a, b, parent, expected):
    assert is_drawn(a, b, parent) is expected


def test_a_path_that_differs_elsewhere_too_was_not_drawn():
    assert drawn_component("/tmp/tmpPrtb78VU/x", "/tmp/tmpdizcx7Wj/x") == ("tmpPrtb78VU", "tmpdizcx7Wj")
    assert drawn_component("/home/a/tmpPrtb78VU", "/home/bc/tmpdizcx7Wj") is None


NAMES = ("soa", "offset", "stream", "bias", "store", "relu")


def labels(order):
    lines = [f"{name}: .long {index * 3 + 1}, {index * 7}, {index}, 1" for index, name in enumerate(NAMES)]
    return ".section .rodata\n.globl f\nf: .long 77\n" + "\n".join(lines[i] for i in order) + "\n"


@gcc
def test_named_data_in_another_order(built):
    a, b = built(labels((0, 1, 2, 3, 4, 5)), "a.S"), built(labels((3, 0, 5, 1, 4, 2)), "b.S")
    (change,) = permuted.extract(compare(a, b))
    assert (change.what, change.section) == ("objects", ".rodata")
    assert change.count == 6
    other = built(labels((3, 0, 5, 1, 4, 2)).replace(".long 4, 7", ".long 5, 7"), "c.S")
    assert not [item for item in permuted.extract(compare(a, other)) if item.what == "objects"]


def rows(order, extra=""):
    texts = [f'{{"{name}", {index * 11 + 5}}}' for index, name in enumerate(NAMES)]
    return (
        "struct row { const char *name; long n; };\n"
        f"static const struct row table[] = {{{', '.join(texts[i] for i in order)}}};\n"
        f"const struct row *get(int i) {{ return &table[i]; }}\n{extra}"
    )


@gcc
def test_records_in_another_order(built):
    a, b = built(rows((0, 1, 2, 3, 4, 5)), "a.c", "-s"), built(rows((3, 0, 5, 1, 4, 2)), "b.c", "-s")
    (change,) = permuted.extract(compare(a, b))
    assert (change.what, change.count) == ("records", 5)
    other = built(rows((3, 0, 5, 1, 4, 2)).replace("16}", "17}"), "c.c", "-s")
    assert not list(permuted.extract(compare(a, other)))


CHAIN = "int f(unsigned x) {{ return x == {} ? 1 : x == {} ? 5 : x == {} ? 9 : x == {} ? 13 : 0; }}"


@gcc
def test_constants_of_a_function_that_changed_places(built):
    pytest.importorskip("capstone")
    values = (0x12345678, 0x23456789, 0x3456789A, 0x456789AB)
    a = built(CHAIN.format(*values), "a.c")
    b = built(CHAIN.format(values[2], values[3], values[1], values[0]), "b.c")
    (change,) = permuted.extract(compare(a, b))
    assert (change.what, change.symbol, change.count) == ("numbers", "f", 4)
    c = built(CHAIN.format(values[2], values[3], values[1], 0x11111111), "c.c")
    assert not list(permuted.extract(compare(a, c)))


@gcc
@openssl
def test_a_certificate_that_the_build_made(built, tmp_path):
    files = []
    for name in ("a", "b"):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
             str(tmp_path / "k.pem"), "-outform", "DER", "-subj", "/CN=made here", "-out",
             str(tmp_path / f"{name}.der")],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        source = f'.section .rodata\n.globl cert\ncert: .incbin "{tmp_path / f"{name}.der"}"\n'
        files.append(built(source, f"{name}.S"))
    (change,) = certificates.extract(compare(*files))
    assert (change.kind, change.name, change.section) == ("certificate", "made here", ".rodata")
    assert not list(certificates.extract(compare(files[0], files[0])))


@gcc
def test_run_paths_that_were_erased(built):
    files = []
    for name, directory in (("a.c", "/w/one"), ("b.c", "/w/another-one")):
        elf = built("int f(void) { return 1; }", name, f"-Wl,-rpath,{directory}")
        at = elf.data.find(directory.encode())
        data = elf.data[:at] + bytes(len(directory)) + elf.data[at + len(directory) :]
        files.append(parse(data, name))
    (change,) = runpaths.extract(compare(*files))
    assert (change.a_length, change.b_length) == (6, 14)
    assert not list(runpaths.extract(compare(files[0], files[0])))


@gcc
def test_a_source_that_a_tool_named(built):
    a, b = built("int f(void) { return 1; }", "eclinitkXb2Qz.c"), built("int f(void) { return 1; }", "eclinitP9aLmw.c")
    (change,) = renames.extract(compare(a, b))
    assert (change.scheme, change.a_part, change.b_part) == ("temporary-source", "eclinitkXb2Qz.c", "eclinitP9aLmw.c")


KEY = ".section .rodata\n.globl key\n.type key, @object\n.size key, 16\nkey: .byte {}\n.long 7\n"


@gcc
def test_bytes_of_which_hardly_one_stayed(built):
    a = built(KEY.format("17,203,9,88,250,31,166,77,142,5,219,64,193,120,38,241"), "a.S")
    b = built(KEY.format("90,12,201,155,3,230,44,187,61,250,99,18,137,72,214,6"), "b.S")
    (change,) = drawn.extract(compare(a, b))
    assert (change.kind, change.symbol, change.a.length) == ("value", "key", 16)
    edited = built(KEY.format("17,203,9,88,250,31,166,77,142,5,219,64,193,120,38,242"), "c.S")
    assert not list(drawn.extract(compare(a, edited)))


@gcc
def test_directories_inside_debug_info(tmp_path):
    files = []
    for name in ("one", "another"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "f.c").write_text("int f(void) { return 1; }\n")
        command = ["gcc", "-gdwarf-3", "-fno-merge-debug-strings", "-O1", "-shared", "-fPIC", "-o", "f.so", "f.c"]
        subprocess.run(command, check=True, timeout=60, cwd=tmp_path / name)
        files.append(parse((tmp_path / name / "f.so").read_bytes(), name))
    found = list(inline.extract(compare(*files)))
    if not any(b"another" in elf.raw(section) for elf in files for section in elf.sections_named(".debug_info")):
        pytest.skip("this compiler puts the directory elsewhere")
    assert [(change.a_directory.rsplit("/", 1)[-1], change.place.value) for change in found] == [
        ("one", "debug-directory")
    ]


@gcc
def test_a_variable_that_got_a_value(built):
    a, b = (built(f"int limit = {value}; int f(void) {{ return limit; }}", f"{value}.c") for value in (0, 40))
    (change,) = [item for item in objects.extract(compare(a, b)) if item.symbol == "limit"]
    assert (change.a_value, change.b_value, change.a) == (0, 40, None)


@gcc
def test_jump_tables_that_changed_places_are_pieces_in_another_order(tmp_path):
    source = """
    .section .rodata
    .balign 4
    table: {0}
    .text
    .globl f
    f: lea table(%rip), %rax
    ret
    """
    one = " ".join(f".long {n * 7919 + 1}\n" for n in range(12))
    two = " ".join(f".long {n * 104729 + 3}\n" for n in range(9))
    elves = []
    for name, order in (("a", one + two), ("b", two + one)):
        (tmp_path / f"{name}.s").write_text(source.replace("    table: {0}", f"table: {order}"))
        command = ["gcc", "-shared", "-nostdlib", "-s", "-Wl,-z,noseparate-code", "-o", f"{name}.so", f"{name}.s"]
        subprocess.run(command, check=True, timeout=60, cwd=tmp_path)
        elves.append(parse((tmp_path / f"{name}.so").read_bytes(), name))
    pair = compare(*elves)
    (item,) = (item for item in pair.sections if item.name == ".rodata")
    found = list(permuted._pieces(pair, item.a, item.b))
    assert [(fact.what, fact.section, fact.count) for fact in found] == [("pieces", ".rodata", 2)]
    assert list(permuted._pieces(compare(elves[0], elves[0]), item.a, item.a)) == []


@gcc
def test_zeros_behind_the_last_section_are_no_payload(built):
    from elfdiff.evidence.headers import _tail

    data = built("int f(void) { return 7; }", "t.c").data
    a, b, c = (parse(data + tail, "t") for tail in (bytes(64), bytes(512), b"\0payload"))
    assert list(_tail(compare(a, b))) == []
    assert [fact.kind for fact in _tail(compare(a, c))] == ["unknown"]


@pytest.mark.parametrize(
    ("a", "b", "renamed"),
    [
        (b"/home/r/w/app/runner/filter", b"/home/r/w/app/runner/filters", True),
        (b"/home/r/w/one", b"/home/r/w/two", False),
    ],
)
def test_a_package_that_was_renamed_is_no_build_directory(a, b, renamed):
    from types import SimpleNamespace

    from elfdiff.evidence.strings import _is_renamed_package

    def side(names):
        return SimpleNamespace(section=lambda name: name, raw=lambda section: names)

    pair = SimpleNamespace(a=side(b"\0example.org/app/runner/filter.Apply\0"), b=side(b"\0app/runner/filters.Apply\0"))
    assert _is_renamed_package(pair, SimpleNamespace(a=a, b=b)) is renamed
