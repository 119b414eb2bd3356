"""Lines of the source that set flags, or ask for what was varied."""

from __future__ import annotations

from pathlib import Path

import pytest

from elfdiff.rebuild.places import asking, assignments, in_makefile
from elfdiff.rebuild.variations import known

VARIATIONS = {variation.name: variation for variation in known()}


def written(place: Path, **files: str) -> list[tuple[str, Path]]:
    """Files of a tree; "__" stands for a slash."""
    found = []
    for name, text in files.items():
        path = place / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        found.append((str(path.relative_to(place)), path))
    return found


def test_places_that_set_flags_are_found(tmp_path: Path) -> None:
    text = "all:\nCFLAGS := -O2\nCFLAGS += -g\nCFLAGS ?= -g\nMY_CFLAGS = -g\n"
    files = written(tmp_path, Makefile=text, other_dot_txt="CFLAGS = 1\n")
    assert assignments(files, ("CFLAGS", "CXXFLAGS")) == (("Makefile:2", "CFLAGS"),)


def test_the_nearest_makefile_comes_first_and_hidden_ones_do_not_count(tmp_path: Path) -> None:
    """Quilt keeps the makefiles that a patch changed below .pc, and no build reads them."""
    files = written(
        tmp_path, _dot_pc__fix__Makefile="CFLAGS = 1\n", a__Makefile="CFLAGS = 1\n", z_dot_mk="CFLAGS = 1\n"
    )
    assert [place for place, _ in assignments(files, ("CFLAGS",))] == ["z.mk:1", "a/Makefile:1"]


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("-ffile-prefix-map=$PWD=.", "-ffile-prefix-map=$(CURDIR)=."),
        ("-frandom-seed=$@", "-frandom-seed=$@"),
        ("-fdebug-prefix-map=${PWD%/*}=.", None),
    ],
)
def test_words_for_a_makefile(word: str, written: str | None) -> None:
    """In a makefile $PWD would be $P and a W."""
    assert in_makefile([word]) == written


@pytest.mark.parametrize(
    ("variation", "line"),
    [
        ("hostname", "echo built on $(uname -n)"),
        ("hostname", "HOST := $(shell hostname)"),
        ("hostname", "name = socket.gethostname()"),
        ("user", "echo built by $USER"),
        ("user", "BY=`id -un`"),
        ("kernel", "echo on $(uname -sr)"),
        ("clock", "echo at $(date)"),
        ("clock", "NOW := $(shell date +%s)"),
        ("clock", "printf '%s' \"$(date '+%Y-%m-%d')\""),
        ("clock", "now = datetime.now()"),
        ("clock", "AC_DEFINE([YEAR], [m4_esyscmd([date +%Y])])"),
        ("clock", "NOW := $(shell date)"),
        ("clock", "now=$(date -u +%s)"),
        ("file-order", "SRC := $(shell find . -name '*.c')"),
        ("file-order", "for name in os.listdir('.'):"),
        ("cpu-count", "make -j$(nproc)"),
        ("home", "cp $HOME/rc ."),
    ],
)
def test_a_line_that_asks_is_found(tmp_path: Path, variation: str, line: str) -> None:
    assert asking(written(tmp_path, build_dot_sh=f"true\n{line}\n"), VARIATIONS[variation]) == ("build.sh:2",)


@pytest.mark.parametrize(
    ("variation", "line"),
    [
        ("hostname", "# uname -n would tell"),
        ("hostname", "uname -s"),
        ("clock", "update the candidate"),
        ("clock", "candidate=$(update)"),
        ("clock", "date -d @0 +%Y"),
        ("clock", "$(info WARNING: version string $(VERSION) is out of date;)"),
        ("clock", "echo up to date"),
        ("file-order", "SRC := $(shell find . -name '*.c' | sort)"),
        ("user", "USERS=3"),
        ("home", "HOMEPAGE=1"),
    ],
)
def test_a_line_that_does_not_ask_is_passed_over(tmp_path: Path, variation: str, line: str) -> None:
    assert asking(written(tmp_path, build_dot_sh=f"true\n{line}\n"), VARIATIONS[variation]) == ()


def test_programs_and_generated_scripts_are_not_searched(tmp_path: Path) -> None:
    files = written(tmp_path, main_dot_c="/* uname -n */\nhostname\n", configure="#!/bin/sh\nhostname\n")
    assert asking(files, VARIATIONS["hostname"]) == ()


def test_a_script_is_known_by_its_first_line(tmp_path: Path) -> None:
    assert asking(written(tmp_path, stamp="#!/bin/sh\nhostname\n"), VARIATIONS["hostname"]) == ("stamp:2",)
