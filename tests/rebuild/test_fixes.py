"""Lines as elfdiff prints them, given to a build."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from elfdiff.actions import AddWords, Export
from elfdiff.rebuild.experiment import smallest
from elfdiff.rebuild.fixes import Script, for_compilers
from tests.rebuild.conftest import needs

MAP = AddWords(("CFLAGS", "CXXFLAGS"), (r"-ffile-prefix-map=$(pwd | sed 's/ /\\ /g')=.", r"-frandom-seed=\$@"))
LINK = AddWords(("LDFLAGS",), ("-Wl,--build-id=none",))


def test_lines_stand_before_the_command(tmp_path: Path) -> None:
    script = Script((Export("TZ", "UTC"), MAP))
    words = script.wrapped(["sh", "-c", 'echo "$TZ $CFLAGS"'])
    said = subprocess.run(words, cwd=tmp_path, env={"PATH": os.environ["PATH"], "CFLAGS": "-O2"}, capture_output=True)
    assert said.stdout.decode() == f"UTC -O2 -ffile-prefix-map={tmp_path}=. -frandom-seed=$@\n"


def test_without_lines_the_command_is_as_it_was() -> None:
    assert Script().wrapped(["make", "all"]) == ("make", "all")


@needs("sh")
def test_a_wrapper_adds_words_for_the_linker_only_where_it_links(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("gcc", "x86_64-linux-gnu-g++-12", "gcc-ar"):
        (tools / name).write_text('#!/bin/sh\necho "$(basename $0) $* in $PWD"\n')
        (tools / name).chmod(0o755)
    place, top = tmp_path / "wrappers", tmp_path / "top of tree"
    place.mkdir()
    top.mkdir()
    Script((MAP, LINK), wrapping=True).write_wrappers(place, f"{tools}:/no/such/place", top)
    assert sorted(path.name for path in place.iterdir()) == ["gcc", "x86_64-linux-gnu-g++-12"]

    def said(name: str, *words: str) -> str:
        run = subprocess.run([place / name, *words], cwd=tools, capture_output=True, text=True, check=True)
        return run.stdout.strip()

    mapped = f"-ffile-prefix-map={top}=."
    assert said("gcc", "-c", "a b.c", "-o", "a.o") == f"gcc -c a b.c -o a.o {mapped} -frandom-seed=a.o in {tools}"
    assert said("gcc", "a.o") == f"gcc a.o {mapped} -frandom-seed= -Wl,--build-id=none in {tools}"
    assert said("x86_64-linux-gnu-g++-12", "-c", "a.cc").startswith(f"x86_64-linux-gnu-g++-12 -c a.cc {mapped}")


def test_words_of_other_tools_need_no_wrapper() -> None:
    assert not for_compilers([Export("TZ", "UTC"), AddWords(("RUSTFLAGS",), ("-C x",))])
    assert for_compilers([LINK])


def test_one_of_many_is_found_by_halves() -> None:
    asked: list[frozenset[str]] = []

    def bad(some: frozenset[str]) -> bool:
        asked.append(some)
        return "n" in some

    assert smallest("abcdefghijklmnop", bad) == {"n"}
    assert len(asked) <= 8


def test_two_that_are_bad_only_together_are_both_found() -> None:
    assert smallest("abcdefgh", lambda some: {"b", "g"} <= some) == {"b", "g"}
