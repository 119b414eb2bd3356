"""Objects: lengths in DWARF, and addends that stand in the places that relocations fill."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from elfdiff.diagnose import diagnose
from elfdiff.report import Code, Verdict

SOURCE = """#include <stddef.h>
extern void fail(const char *, const char *);
int twice(int value) { if (value > 1000) fail("value > 1000", __FILE__); return 2 * value; }
int thrice(int value) { return 3 * value; }
"""


@pytest.mark.parametrize(
    "command",
    [
        ("gcc", "-gdwarf-4"),
        ("gcc", "-g"),
        ("clang", "-g", "-target", "armeb-linux-gnueabi"),
        ("clang", "-g", "-target", "hexagon-unknown-elf"),
        ("clang", "-g", "-target", "i386-linux-gnu"),
        ("clang", "-g", "-target", "msp430-elf"),
        ("clang", "-g", "-target", "amdgcn-amd-amdhsa", "-nogpulib"),
        ("clang", "-g", "-target", "bpf"),
        ("gcc", "-gbtf"),
        ("sh4-linux-gnu-gcc", "-g"),
        ("hppa-linux-gnu-gcc", "-g"),
        ("powerpc-linux-gnu-gcc", "-g"),
        ("sparc64-linux-gnu-gcc", "-g"),
        ("s390x-linux-gnu-gcc", "-g"),
        ("alpha-linux-gnu-gcc", "-g"),
        ("mips-linux-gnu-gcc", "-g", "-O2"),
        ("mips64el-linux-gnuabi64-gcc", "-g", "-O2"),
        ("m68k-linux-gnu-gcc", "-g", "-O2"),
    ],
    ids=" ".join,
)
def test_an_object_in_another_directory_is_explained_to_the_byte(command: tuple[str, ...], tmp_path: Path) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"needs {command[0]}")
    made = []
    for place in ("one", "another/one-that-is-longer"):
        top = tmp_path / place
        top.mkdir(parents=True)
        (top / "part.c").write_text(SOURCE)
        # The bytes do not depend on where the tests run.
        words = [*command, f"-ffile-prefix-map={tmp_path}=/home/ci", "-ffreestanding"]
        words += ["-c", str(top / "part.c"), "-o", str(top / "part.o")]
        if subprocess.run(words, cwd=top, capture_output=True).returncode:
            pytest.skip(f"{command[0]} cannot compile this")
        made.append(str(top / "part.o"))
    report = diagnose(*made)
    assert report.ledger is not None
    assert [f.cause for f in report.findings if f.role.value != "consequence"] == ["build-path"]
    assert report.ledger.totals.unexplained.most == 0
    assert report.verdict is Verdict.EXPLAINED
    assert report.code is Code.SAME


def test_bytecode_that_nothing_reads_is_named(tmp_path: Path) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("needs gcc")
    made = []
    for place in ("one", "another-one"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "part.c").write_text(SOURCE)
        made.append(str(tmp_path / place / "part.o"))
        words = ["gcc", "-g", "-O2", "-flto", "-frandom-seed=1", "-c", str(tmp_path / place / "part.c"), "-o", made[-1]]
        subprocess.run(words, check=True)
    report = diagnose(*made)
    assert report.ledger is not None
    rows = [row for row in report.ledger.rows if row.name.startswith(".gnu.lto_")]
    left = sum(row.classes.unexplained.most for row in rows)
    words = f"GCC's bytecode of link-time optimisation is not read: {left} bytes of it stay unexplained"
    assert (words in report.notes) == bool(left)
