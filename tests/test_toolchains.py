"""The table of toolchains, and that what is advised is what the toolchain of these files takes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from elfdiff.actions import is_pasted
from elfdiff.causes import build_path, host_cpu
from elfdiff.diagnose import diagnose
from elfdiff.evidence.model import Context
from elfdiff.toolchains import ROWS, Purpose, row

FACES = ("path-dwarf-comp-dir", "path-file-macro")


def test_each_toolchain_has_one_row_for_a_purpose_with_its_source() -> None:
    assert len({(item.toolchain, item.purpose) for item in ROWS}) == len(ROWS)
    for item in ROWS:
        assert item.source.startswith(("https://", "zig cc "))
        assert item.verified == "read" or any(character.isdigit() for character in item.verified)


def test_what_has_no_row_is_not_advised() -> None:
    with pytest.raises(KeyError, match="ghc"):
        row("ghc", Purpose.NAME_CPU)


@pytest.mark.parametrize(
    ("toolchain", "context"),
    [
        ("nim", Context(a_tools=(("gcc", "12.2.0"),), languages=("c", "nim"))),
        ("valac", Context(a_tools=(("gcc", "12.2.0"),), languages=("c", "vala"))),
        ("guile", Context(languages=("guile",))),
        ("ghc", Context(a_tools=(("gcc", "12.2.0"), ("ghc", "9.0.2")), languages=("haskell",))),
        ("fpc", Context(a_tools=(("fpc", "3.2.2"),), languages=("pascal",))),
        ("ldc", Context(a_tools=(("ldc", "1.30.0"),), languages=("d",))),
        ("crystal", Context(languages=("crystal",))),
        ("zig", Context(a_tools=(("zig", "0.17.1"),), languages=("zig",))),
    ],
)
def test_no_flag_of_the_c_compiler_is_advised_to_another_front_end(toolchain: str, context: Context) -> None:
    fixes = build_path.choose(context, FACES)
    assert fixes[0].toolchain == toolchain
    assert not any(is_pasted(fix.action) for fix in fixes)


def test_gdc_takes_the_map_that_ldc_refuses() -> None:
    fixes = build_path.choose(Context(a_tools=(("gdc", "12.2.0"),), languages=("d",)), FACES)
    assert fixes[0].line.startswith('export DFLAGS="$DFLAGS -fdebug-prefix-map=')


def test_zig_is_told_its_own_cpu() -> None:
    context = Context(languages=("zig",), machine="Advanced Micro Devices X86-64")
    fixes = host_cpu.choose(context, ("env-cpu-native",))
    assert fixes[0].toolchain == "zig"
    assert not any("CFLAGS" in fix.line for fix in fixes)


HELLO_NIM = "import std/[os, tables]\nvar t = initTable[string, int]()\n"
HELLO_NIM += "for a in commandLineParams(): t.mgetOrPut(a, 0).inc\necho t\n"
HELLO_VALA = 'void main (string[] args) { assert (args.length > 0); print ("hi\\n"); }\n'
BUILDS = {
    "nim": ("nim", "h.nim", HELLO_NIM, "nim c --hints:off --nimcache:nc {} -o:out h.nim", "--excessiveStackTrace:off"),
    "nim native": (
        "nim",
        "h.nim",
        HELLO_NIM,
        "nim c --hints:off --debugger:native --nimcache:nc {} -o:out h.nim",
        '--excessiveStackTrace:off --passC:"-ffile-prefix-map=$PWD=."',
    ),
    "valac": ("valac", "v.vala", HELLO_VALA, "valac {} -o out $PWD/v.vala", '-X "-ffile-prefix-map=$PWD=."'),
    "fpc": ("fpc", "h.pas", "program h; begin writeln(123); end.\n", "fpc {} -oout h.pas", "-g|"),
    "ldc": ("ldc2", "h.d", 'import std.stdio;\nvoid main() { writeln("hi"); }\n', "ldc2 {} -of=out h.d", "-g|"),
    "ghc": ("ghc", "h.hs", "main :: IO ()\nmain = print (1 :: Int)\n", "ghc -v0 {} -o out h.hs", "-g|"),
    "guile": (
        "guild",
        "h.scm",
        "(define (f x) (+ x 1))\n(display (f 1))\n",
        "GUILE_AUTO_COMPILE=0 guild compile -o out {}",
        "$PWD/h.scm|h.scm",
    ),
}


def built(tmp_path: Path, name: str, options: str) -> tuple[Path, Path]:
    tool, source, text, command, _ = BUILDS[name]
    if shutil.which(tool) is None:
        pytest.skip(f"needs {tool}")
    found = []
    for directory in ("one", "second-dir"):
        top = tmp_path / directory
        shutil.rmtree(top, ignore_errors=True)
        top.mkdir()
        (top / source).write_text(text)
        script = command.format(options)
        subprocess.run(["bash", "-ec", script], cwd=top, check=True, capture_output=True, timeout=100)
        found.append(shutil.copyfile(top / "out", tmp_path / f"{directory}.{'fixed' if options else 'plain'}"))
    return found[0], found[1]


@pytest.mark.parametrize("name", BUILDS)
def test_the_advice_is_of_this_toolchain_and_makes_both_builds_equal(tmp_path: Path, name: str) -> None:
    fix = BUILDS[name][4]
    before, after = fix.split("|") if "|" in fix else ("", fix)
    a, b = built(tmp_path, name, before)
    report = diagnose(str(a), str(b))
    finding = next(item for item in report.findings if item.cause == "build-path")
    assert finding.confidence.value == "certain"
    assert finding.fixes[0].toolchain == name.split()[0]
    assert not any("CFLAGS" in item.line for item in finding.fixes)
    a, b = built(tmp_path, name, after)
    assert a.read_bytes() == b.read_bytes()
