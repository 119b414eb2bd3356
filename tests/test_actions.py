"""Lines of actions, run by bash as they stand, at the top of a tree whose directory's name holds a blank."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from elfdiff.actions import Action, AddWords, Do, Export, Run
from elfdiff.causes import build_path, catalogue

HOUSE = Path(__file__).resolve().parents[1]
FLAGS = ("CFLAGS", "CXXFLAGS", "FFLAGS", "LDFLAGS", "RUSTFLAGS", "GOFLAGS", "CARGO_ENCODED_RUSTFLAGS")
MAP = build_path.C_MAP.action
SOURCE = "#include <stdio.h>\nint main(void) { puts(__FILE__); return 0; }\n"


def need(*tools: str) -> None:
    for tool in tools:
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}")


def run(script: str, top: Path, shell: str = "bash") -> str:
    env = {name: value for name, value in os.environ.items() if name not in FLAGS}
    done = subprocess.run(
        [shell, "-ec", script],
        cwd=top,
        env=env | {"LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def equal_in_two_directories(tmp_path: Path, files: dict[str, str], action: Action, build: str, names: str) -> None:
    """Build the tree in two directories under the action's line: the two artifacts are equal, and were not without."""
    made: dict[str, list[bytes]] = {"": [], action.line: []}
    for line, found in made.items():
        for name in names.split("|"):
            top = tmp_path / name
            shutil.rmtree(top, ignore_errors=True)
            top.mkdir(parents=True)
            for path, text in files.items():
                place = top / path
                place.parent.mkdir(exist_ok=True)
                place.write_text(text)
            run(f"{line}\n{build}", top)
            found.append((top / "out").read_bytes())
    assert made[""][0] != made[""][1], "the directory shows in no build: the test tests nothing"
    assert made[action.line][0] == made[action.line][1]


MAKE = {
    "x.c": SOURCE,
    "Makefile": "out: x.o\n\t$(CC) $(CFLAGS) -o $@ x.o\nx.o: x.c\n\t$(CC) $(CFLAGS) -g -c '$(CURDIR)/x.c' -o $@\n",
}


@pytest.mark.parametrize("names", ["one|another", "one tree|another", "a  b|c d e"])
def test_make(tmp_path: Path, names: str) -> None:
    need("gcc", "make")
    equal_in_two_directories(tmp_path, MAKE, MAP, "make -s CC=gcc", names)


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_a_shell_that_splits_words(tmp_path: Path, shell: str) -> None:
    need("gcc", shell)
    equal_in_two_directories(
        tmp_path, {"x.c": SOURCE}, MAP, f"{shell} -c 'gcc $CFLAGS -g -o out \"$PWD/x.c\"'", "one|another"
    )


@pytest.mark.parametrize("generator", ["Unix Makefiles", "Ninja"])
def test_cmake(tmp_path: Path, generator: str) -> None:
    need("gcc", "cmake", "make" if generator == "Unix Makefiles" else "ninja")
    files = {
        "x.c": SOURCE,
        "CMakeLists.txt": "cmake_minimum_required(VERSION 3.18)\nproject(x C)\nadd_executable(out x.c)\n"
        "set_target_properties(out PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_SOURCE_DIR})\n",
    }
    build = f"CC=gcc cmake -G '{generator}' -DCMAKE_BUILD_TYPE=Debug -B b . >/dev/null && cmake --build b >/dev/null"
    equal_in_two_directories(tmp_path, files, MAP, build, "one tree|another")


def test_cargo(tmp_path: Path) -> None:
    need("cargo")
    files = {
        "Cargo.toml": '[package]\nname = "out"\nversion = "0.1.0"\nedition = "2021"\n',
        "src/main.rs": 'fn main() { println!("{}", std::env::args().count()); }\n',
    }
    build = "cargo build -q --offline && cp target/debug/out out"
    equal_in_two_directories(tmp_path, files, build_path.RUST_MAP.action, build, "one|another")


def test_go(tmp_path: Path) -> None:
    need("go")
    files = {"go.mod": "module out\n\ngo 1.19\n", "main.go": 'package main\n\nfunc main() { println("x") }\n'}
    build = "GOTOOLCHAIN=local go build -buildvcs=false -o out ."
    equal_in_two_directories(tmp_path, files, build_path.GO_TRIM.action, build, "one tree|another")


@pytest.mark.parametrize("shell", ["bash", "dash"])
def test_each_line_of_the_catalogue_runs_in_a_directory_with_a_blank(tmp_path: Path, shell: str) -> None:
    need(shell, "git", "rustc", "dpkg-parsechangelog")
    top = tmp_path / "a tree"
    (top / "debian").mkdir(parents=True)
    (top / "debian" / "changelog").write_text(
        "x (1-1) unstable; urgency=low\n\n  * A line.\n\n -- X <x@example.org>  Mon, 23 Nov 2026 01:29:37 +0000\n"
    )
    (top / "x.c").write_text(SOURCE)
    run("git init -q . && git add x.c && git -c user.name=x -c user.email=x@example.org commit -qm x", top)
    actions = {fix.action for cause in catalogue() for fix in cause.fixes}
    for action in sorted((one for one in actions if not isinstance(one, Do)), key=lambda one: one.line):
        run(action.line, top, shell)


def test_what_each_form_renders_to() -> None:
    assert Export("A", '"$(x)"').line == 'export A="$(x)"'
    assert AddWords(("A", "B"), ("-x", "-y")).line == 'export A="$A -x -y" B="$B -x -y"'
    assert Run("gzip -n").line == "gzip -n"
    assert Do("do it").line == "do it"
    assert Do("do it so", "x --y").line == "do it so: x --y"


def test_added_words_keep_what_the_variable_held(tmp_path: Path) -> None:
    need("bash")
    line = AddWords(("CFLAGS",), ("-x", r"-frandom-seed=\$@")).line
    assert run(f'export CFLAGS=-O2\n{line}\nprintf %s "$CFLAGS"', tmp_path) == "-O2 -x -frandom-seed=$@"


def test_nothing_takes_an_action_apart() -> None:
    """An action is a value: its line is printed, and no program asks what stands in it."""
    asked = re.compile(
        r"(?:action|advice|\.line)\)?\.(?:startswith|endswith|split|partition|rpartition|replace|removeprefix|find|index)\("
        r"|\.(?:match|fullmatch|search|sub|findall)\((?:[^()]*, )?(?:\w+\.)*(?:action|advice)\b"
        r"|in (?:\w+\.)+(?:action|advice)(?:\.line)?\b(?!s)"
        r"|add to [A-Z]"
    )
    found = [
        f"{path.relative_to(HOUSE)}: {line.strip()}"
        for folder in ("elfdiff", "benchmarks", "samples")
        for path in sorted((HOUSE / folder).rglob("*.py"))
        for line in path.read_text("utf-8").splitlines()
        if asked.search(line)
    ]
    assert found == []
