"""A fault in the accounting leaves the causes standing."""

import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from elfdiff import diagnose as pipeline
from elfdiff.accounting.verify import verify
from elfdiff.elf.file import parse
from elfdiff.errors import UnbalancedLedger
from elfdiff.report import Code, Confidence, Role, Verdict

SAMPLE = Path(__file__).parents[1] / "samples" / "two-causes-path-and-time"


def test_a_fault_in_the_ledger_leaves_every_byte_unexplained(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise UnbalancedLedger("the classes do not add up")

    monkeypatch.delenv("ELFDIFF_DEBUG", raising=False)
    monkeypatch.setattr(pipeline, "account", broken)
    report = pipeline.diagnose(str(SAMPLE / "a"), str(SAMPLE / "b"))
    assert {finding.cause for finding in report.findings} >= {"build-path", "build-time"}
    assert report.verdict is Verdict.PARTLY_EXPLAINED
    assert report.ledger is not None
    assert report.ledger.totals.differing == report.ledger.totals.unexplained
    assert report.ledger.totals.unexplained.most == report.raw_differing
    assert "not accounted for" in report.notes[0]


def test_sides_are_named_in_errors(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"text")
    with pytest.raises(Exception, match=r"^b: ") as caught:
        pipeline.diagnose(str(SAMPLE / "a"), str(tmp_path / "x"))
    assert "ELF" in str(caught.value)


def test_core_files_are_not_builds(tmp_path: Path) -> None:
    header = bytearray((SAMPLE / "a").read_bytes()[:64])
    header[16:18] = (4).to_bytes(2, "little")
    header[32:48] = bytes(16)
    header[54:64] = bytes(10)
    for name, mark in (("a", 0), ("b", 1)):
        (tmp_path / name).write_bytes(bytes(header) + bytes([mark]))
    report = pipeline.diagnose(str(tmp_path / "a"), str(tmp_path / "b"))
    assert report.incomparable is not None
    assert "memory images" in report.incomparable


@pytest.mark.skipif(platform.machine() != "x86_64" or not shutil.which("gcc"), reason="the rule is that of GCC for x86")
def test_a_text_of_31_bytes_aligns_its_section(tmp_path: Path) -> None:
    (tmp_path / "m.c").write_text("#include <stdio.h>\nint main(void) { puts(__FILE__); return 0; }\n")
    for name, directory in (("a", "/" + "p" * 20), ("b", "/" + "q" * 25)):
        flags = f"-fmacro-prefix-map={tmp_path}={directory}"
        subprocess.run(["gcc", "-O2", flags, "-o", tmp_path / name, tmp_path / "m.c"], check=True)
    alignments = [
        section.alignment
        for name in ("a", "b")
        for section in parse((tmp_path / name).read_bytes(), name).sections
        if section.name == ".rodata"
    ]
    assert alignments == [4, 8], "/qqq…/m.c and its NUL are 31 bytes"
    report = pipeline.diagnose(str(tmp_path / "a"), str(tmp_path / "b"))
    assert [finding.cause for finding in report.findings if finding.role is Role.ROOT] == ["build-path"]
    assert report.ledger is not None
    assert report.ledger.totals.unexplained.most == 0


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc builds the pair")
@pytest.mark.parametrize("flags", [("-flto",), ("-gsplit-dwarf",)], ids=["lto", "split-dwarf"])
def test_digests_of_debug_information_follow_from_the_directory(tmp_path: Path, flags: tuple[str, ...]) -> None:
    for name in ("a", "longer"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "m.c").write_text('#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n')
        subprocess.run(["gcc", "-O2", "-g", *flags, "-o", "program", folder / "m.c"], check=True, cwd=folder)
    report = pipeline.diagnose(str(tmp_path / "a" / "program"), str(tmp_path / "longer" / "program"))
    sure = [f.cause for f in report.findings if f.role is Role.ROOT and f.confidence is not Confidence.POSSIBLE]
    assert sure == ["build-path"], "gcc may draw some IDs of split units: possible beside it"
    assert report.ledger is not None
    assert (report.ledger.totals.unexplained.most, report.ledger.totals.contradicted.most) == (0, 0)
    assert report.ledger.totals.hash.most > 20, "the build ID and the digests of the units"


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc builds the pair")
def test_bytecode_for_the_link_holds_the_directory_and_a_drawn_identifier(tmp_path: Path) -> None:
    flags = ["-O2", "-flto", "-ffat-lto-objects", "-c", "-o", "m.o"]
    for name in ("a", "again", "longer"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "m.c").write_text('#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n')
        place = tmp_path / "a" if name == "again" else folder
        subprocess.run(["gcc", *flags[:-1], folder / "m.o", "m.c"], check=True, cwd=place)
    roots = {
        name: [
            finding.cause
            for finding in pipeline.diagnose(str(tmp_path / "a" / "m.o"), str(tmp_path / name / "m.o")).findings
            if finding.role is Role.ROOT
        ]
        for name in ("again", "longer")
    }
    assert roots == {"again": ["random-seed"], "longer": ["random-seed", "build-path"]}


@pytest.mark.skipif(platform.machine() != "x86_64" or not shutil.which("gcc"), reason="gcc for x86-64 builds the pair")
def test_the_length_of_a_text_is_a_consequence_in_code(tmp_path: Path) -> None:
    source = "#include <unistd.h>\nint main(void) { return (int) write(1, __FILE__, sizeof __FILE__ - 1); }\n"
    for name in ("a", "longer"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "m.c").write_text(source)
        subprocess.run(["gcc", "-O2", "-o", tmp_path / name / "m", tmp_path / name / "m.c"], check=True)
    a, b = tmp_path / "a" / "m", tmp_path / "longer" / "m"
    report = pipeline.diagnose(str(a), str(b), with_proof=True)
    assert report.ledger is not None
    assert (report.code, report.ledger.totals.unexplained.most) == (Code.SAME, 0)
    assert report.proof is not None
    assert verify(a.read_bytes(), b.read_bytes(), report.proof)[0]
    length = len(str(tmp_path / "longer" / "m.c"))
    changed = bytearray(b.read_bytes())
    at = changed.index(b"\xba" + length.to_bytes(4, "little"))
    changed[at + 1] += 1
    b.write_bytes(changed)
    report = pipeline.diagnose(str(a), str(b))
    assert report.ledger is not None
    totals = report.ledger.totals
    assert (report.code, totals.unexplained.most + totals.input.most) == (Code.DIFFERS, 1)


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc builds the pair")
def test_the_bound_of_an_array_follows_from_the_text_in_it(tmp_path: Path) -> None:
    for name, who in (("a", "ann@laptop"), ("b", "root@9f86d081884c")):
        (tmp_path / name).mkdir()
        source = f'#include <stdio.h>\nconst char who[] = "by {who}";\nint main(void) {{ return puts(who); }}\n'
        (tmp_path / "m.c").write_text(source)
        subprocess.run(["gcc", "-O2", "-g", "-o", tmp_path / name / "m", "m.c"], check=True, cwd=tmp_path)
    report = pipeline.diagnose(str(tmp_path / "a" / "m"), str(tmp_path / "b" / "m"))
    assert report.ledger is not None
    assert report.ledger.totals.unexplained.most == 0


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc builds the pair")
@pytest.mark.parametrize("style", ["none", "md5"])
def test_a_note_of_another_size_is_accounted_for_with_all_that_says_its_size(tmp_path: Path, style: str) -> None:
    (tmp_path / "m.c").write_text("int main(void) { return 7; }\n")
    for name, flag in (("a", "sha1"), ("b", style)):
        subprocess.run(["gcc", f"-Wl,--build-id={flag}", "-o", name, "m.c"], check=True, cwd=tmp_path)
    for one, other in (("a", "b"), ("b", "a")):
        report = pipeline.diagnose(str(tmp_path / one), str(tmp_path / other))
        assert [finding.cause for finding in report.findings] == ["build-id-setting"]
        assert report.ledger is not None
        assert report.ledger.totals.unexplained.most == 0


@pytest.mark.skipif(not (shutil.which("gcc") and shutil.which("ld.lld")), reason="gcc and LLD build the pair")
def test_shuffled_functions_are_reordered_those_of_the_runtime_too(tmp_path: Path) -> None:
    """The functions of crtbegin.o have symbols without a size."""
    names = ("alpha", "beta", "charlie", "delta")
    body = "".join(
        f"__attribute__((noinline)) int {name}(int x) {{ return x * {number} + {number}; }}\n"
        for number, name in enumerate(names, 3)
    )
    calls = " + ".join(f"{name}(c)" for name in names)
    (tmp_path / "m.c").write_text(f"{body}int main(int c, char **v) {{ (void) v; return {calls}; }}\n")
    for seed in ("1", "2"):
        flags = ["-ffunction-sections", "-fuse-ld=lld", f"-Wl,--shuffle-sections=.text*={seed}"]
        subprocess.run(["gcc", "-O2", *flags, "-o", seed, "m.c"], check=True, cwd=tmp_path)
    report = pipeline.diagnose(str(tmp_path / "1"), str(tmp_path / "2"))
    assert report.ledger is not None
    assert (report.code, report.ledger.totals.unexplained.most) == (Code.REORDERED, 0)


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc builds the pair")
@pytest.mark.parametrize("flags", [("-g3",), ("-g3", "-gdwarf-4"), ("-g3", "-O2", "-shared", "-fPIC")], ids=" ".join)
def test_macros_name_texts_that_moved(tmp_path: Path, flags: tuple[str, ...]) -> None:
    """With -g3 each macro has its text in .debug_str, and a longer one moves those behind it."""
    (tmp_path / "m.c").write_text("#include <stdio.h>\nint main(void) { puts(STAMP); return 0; }\n")
    for name, stamp in (("a", "built by root on vm"), ("b", "built by jenkins on runner-12")):
        command = ["gcc", *flags, f'-DSTAMP="{stamp}"', "-o", name, "m.c"]
        subprocess.run(command, check=True, cwd=tmp_path)
    report = pipeline.diagnose(str(tmp_path / "a"), str(tmp_path / "b"))
    assert [finding.cause for finding in report.findings if finding.role is Role.ROOT] == ["host-identity"]
    assert report.ledger is not None
    assert (report.ledger.totals.unexplained.most, report.ledger.totals.contradicted.most) == (0, 0)
