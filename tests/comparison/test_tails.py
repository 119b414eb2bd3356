"""Short texts that a linker keeps as the end of a longer one, and that stand alone in the other build."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from elfdiff.comparison.texts.tails import Tails
from elfdiff.diagnose import diagnose
from elfdiff.report import Verdict

SOURCE = """int v = 3, twice;
int main(int c, char **words) { int i; for (i = 0; i < c; i++) v += words[i][0] * twice; return v; }
"""


def test_a_text_is_the_end_of_the_next_longer_one() -> None:
    tails = Tails(b"\0main.c\0util.c\0x\0/srv/1.c\0")
    assert tails.place(b"x") == 15
    assert tails.place(b"c") == 17 + len("/srv/1.c") - 1
    assert tails.place(b"in.c") == 1 + len("main.c") - 4
    assert tails.place(b"d") is None
    assert tails.place(b"") is None
    assert sorted(tails.texts) == [b"/srv/1.c", b"main.c", b"util.c", b"x"]


@pytest.mark.parametrize(
    "places",
    [("/work/build/foo-1si", "/work/build/foo.git"), ("/work/x/app_1.2.3.c", "/work/x/git"), ("/srv/v", "/srv/twice")],
)
@pytest.mark.parametrize("linker", ["bfd", "lld", "gold"])
def test_the_end_of_another_text_follows(tmp_path: Path, places: tuple[str, str], linker: str) -> None:
    if not all(map(shutil.which, ("clang", f"ld.{linker}"))):
        pytest.skip(f"needs clang and ld.{linker}")
    (tmp_path / "part.c").write_text(SOURCE)
    made = []
    for index, place in enumerate(places):
        made.append(str(tmp_path / f"{index}"))
        words = ["clang", "-g", "-O0", f"-fuse-ld={linker}", "-Wl,-O2", f"-ffile-prefix-map={tmp_path}={place}"]
        subprocess.run([*words, "part.c", "-o", made[-1]], check=True, cwd=tmp_path)
    for pair in (made, made[::-1]):
        report = diagnose(*pair)
        assert report.ledger is not None
        totals = report.ledger.totals
        assert (totals.unexplained.most, totals.contradicted.most) == (0, 0)
        assert [f.cause for f in report.findings if f.role.value != "consequence"] == ["build-path"]
        assert report.verdict is Verdict.EXPLAINED
