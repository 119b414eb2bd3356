import shutil
import subprocess
from pathlib import Path

import pytest

from elfdiff.elf.file import parse
from elfdiff.elf.symbolversions import defined_versions, exported_names
from elfdiff.interface import interface

SAMPLES = Path(__file__).resolve().parents[2] / "samples"

needs_nm = pytest.mark.skipif(shutil.which("nm") is None, reason="nm is not installed")
needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")


def by_nm(path: Path) -> set[str]:
    """The names of the lines that have an address."""
    run = subprocess.run(
        ["nm", "-D", "--with-symbol-versions", path], capture_output=True, text=True, check=False, env={"LC_ALL": "C"}
    )
    return {line.split(" ", 2)[2] for line in run.stdout.splitlines() if not line.startswith(" ")}


def built(home: Path, name: str, source: str, *options: str) -> Path:
    (home / "a.c").write_text(source)
    command = ["gcc", "-shared", "-fPIC", "-o", home / name, home / "a.c", *options]
    subprocess.run(command, check=True, capture_output=True)
    return home / name


def system_files() -> list[Path]:
    found = [path for path in sorted(Path("/usr/lib").glob("*-linux-gnu*/*.so.*")) if not path.is_symlink()][:40]
    return found + [path for path in sorted(Path("/usr/bin").glob("[a-d]*")) if not path.is_symlink()][:20]


@needs_nm
def test_names_are_those_of_nm_in_files_of_this_system() -> None:
    count = 0
    for path in system_files():
        data = path.read_bytes()
        if data[:4] == b"\x7fELF" and data[4] == 2:
            count += 1
            assert (exported_names(parse(data, str(path))) or frozenset()) == by_nm(path), path
    if count < 20:
        pytest.skip("fewer than 20 ELF files in /usr/lib and /usr/bin")


@needs_nm
def test_names_are_those_of_nm_in_samples() -> None:
    for path in sorted(SAMPLES.glob("*/[ab]")):
        data = path.read_bytes() if path.is_file() else b""
        if data.startswith(b"\x7fELF"):
            assert (exported_names(parse(data, str(path))) or frozenset()) == by_nm(path), path


@needs_gcc
@needs_nm
def test_what_came_and_went_is_told(tmp_path: Path) -> None:
    script = tmp_path / "map"
    script.write_text("V1 { global: one; local: *; };\nV2 { global: two; } V1;\n")
    old = built(
        tmp_path,
        "a.so",
        "int one(void){return 1;} int two(void){return 2;}",
        f"-Wl,--version-script={script}",
        "-Wl,-soname,liba.so.1",
        "-Wl,--no-as-needed",
    )
    new = built(
        tmp_path,
        "b.so",
        "int one(void){return 1;} int three(void){return 3;}",
        "-Wl,-soname,liba.so.2",
        "-Wl,--no-as-needed",
        "-lm",
    )
    a, b = (parse(path.read_bytes(), str(path)) for path in (old, new))
    assert exported_names(a) == by_nm(old) == {"one@@V1", "two@@V2", "V1", "V2"}
    assert sorted(defined_versions(a).values()) == ["V1", "V2"]
    found = interface(a, b)
    assert found is not None
    assert found.exported.removed == ("V1", "V2", "one@@V1", "two@@V2")
    assert found.exported.added == ("one", "three")
    assert found.soname == ("liba.so.1", "liba.so.2")
    assert (found.needed.same, found.needed.added, found.needed.removed) == (1, ("libm.so.6",), ())
    assert found.versions.removed == ("V1", "V2")
    assert found.differs


@needs_gcc
def test_a_file_without_a_dynamic_section_has_no_interface(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("int one;")
    subprocess.run(["gcc", "-c", "-o", tmp_path / "a.o", tmp_path / "a.c"], check=True)
    elf = parse((tmp_path / "a.o").read_bytes(), "a.o")
    assert interface(elf, elf) is None
