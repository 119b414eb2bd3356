"""Whole experiments on small builds with known culprits."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from elfdiff.rebuild.experiment import NothingMade
from elfdiff.rebuild.result import Equality, Outcome, Rebuilt
from elfdiff.rebuild.run import NotVaried
from elfdiff.rebuild.workshop import BuildFailed
from elfdiff.render.rebuilt import headline, render_rebuilt
from elfdiff.render.style import TextStyle
from tests.rebuild.conftest import MAIN, STAMPED, needs

Project = Callable[..., Path]
Experiment = Callable[..., Rebuilt]
QUICK = "build-path,umask,environment"
"""Variations that need nothing."""
FAKETIME = pytest.mark.skipif(
    not any(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), reason="needs libfaketime"
)


@needs("cc", "make")
def test_a_build_that_reads_nothing_is_reproducible(project: Project, experiment: Experiment) -> None:
    tree = project(main_c=MAIN, Makefile="app: main.c\n\tcc -o app main.c\n")
    found = experiment(tree, "make")
    assert (found.exit, found.reproducible, found.proof) == (0, True, None)
    assert [artifact.name for artifact in found.artifacts] == ["app"]
    assert len(found.builds) == 3
    assert sorted(path.name for path in tree.iterdir()) == ["Makefile", "main.c"]


@FAKETIME
@needs("gcc", "make", "git")
def test_path_and_time_are_named_and_their_lines_proved(project: Project, experiment: Experiment) -> None:
    make = "CFLAGS ?= -O1\napp: main.c\n\tgcc $(CFLAGS) -o app $(CURDIR)/main.c\n"
    tree = project(commit=True, main_c=STAMPED, Makefile=make)
    found = experiment(tree, "make")
    (artifact,) = found.artifacts
    assert artifact.guilty == ("build-path", "clock", "time-zone")
    assert (artifact.control, artifact.varied) == (Equality.SAME, Equality.DIFFERENT)
    assert found.proof is not None
    assert found.proof.outcome is Outcome.IDENTICAL
    assert {item.cause for item in found.proof.applied} == {"build-path", "build-time"}
    assert all(item.reach is None for item in found.proof.applied)
    assert found.exit == 1


@needs("gcc", "make")
def test_flags_that_a_makefile_sets_reach_the_compiler_all_the_same(project: Project, experiment: Experiment) -> None:
    tree = project(main_c=STAMPED, Makefile="CFLAGS = -O1\napp: main.c\n\tgcc $(CFLAGS) -o app $(CURDIR)/main.c\n")
    found = experiment(tree, "make", vary="build-path,umask")
    assert found.proof is not None
    assert found.proof.outcome is Outcome.IDENTICAL
    (item,) = found.proof.applied
    assert item.reach is not None
    written = "Makefile:1 sets CFLAGS; write below that line: CFLAGS += -ffile-prefix-map=$(CURDIR)=."
    assert written in item.reach
    makefile = tree / "Makefile"
    first, rest = makefile.read_text().split("\n", 1)
    makefile.write_text(f"{first}\nCFLAGS += -ffile-prefix-map=$(CURDIR)=.\n{rest}")
    assert experiment(tree, "make", vary="build-path,umask").exit == 0


@needs("cc", "make")
def test_random_numbers_are_no_variations_doing(project: Project, experiment: Experiment) -> None:
    make = (
        "app: main.c\n\thead -c 16 /dev/urandom | od -An -tx1 | tr -d ' \\n' | "
        "sed 's/.*/const char seed[] = \"&\";/' > seed.c\n\tcc -o app main.c seed.c\n"
    )
    tree = project(
        main_c=MAIN.replace("hello", "%s").replace("int main", "extern const char seed[];\nint main"), Makefile=make
    )
    found = experiment(tree, "make", vary=QUICK)
    assert found.nondeterministic
    assert found.guilty == ()
    assert found.artifacts[0].control is Equality.DIFFERENT
    assert found.artifacts[0].report is not None
    assert found.exit == 1


@needs("cc")
@pytest.mark.parametrize("method", ["disorderfs", "preload"])
def test_the_order_of_files_is_found(
    project: Project, experiment: Experiment, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    if method == "disorderfs" and not os.access("/dev/fuse", os.W_OK):
        pytest.skip("needs /dev/fuse")
    monkeypatch.setattr("elfdiff.rebuild.variations.file_order._method", lambda host: method)
    parts = {f"part{n}_c": f'const char *part{n}(void) {{ return "part {n}"; }}\n' for n in range(5)}
    tree = project(main_c=MAIN, build_sh="cc -o app $(find . -name '*.c')\n", **parts)
    found = experiment(tree, "sh", "build.sh", vary="file-order,umask,environment,path")
    assert found.guilty == ("file-order",)


@needs("cc")
def test_what_elfdiff_does_not_name_is_found_by_halves(project: Project, experiment: Experiment) -> None:
    """The umask decides what is built: nothing in the bytes says so."""
    script = (
        "case $(umask) in *22) echo 'int x = 3; int f(int a) { return a * x; }' > x.c;;\n"
        "*) echo 'int x = 4; int f(int a) { return a / x + 1; }' > x.c;; esac\ncc -o app main.c x.c\n"
    )
    tree = project(main_c=MAIN, build_sh=script)
    found = experiment(tree, "sh", "build.sh", vary="build-path,umask,environment,path,home")
    assert found.guilty == ("umask",)


@needs("cc")
def test_the_user_s_directory_is_never_written_to(project: Project, experiment: Experiment) -> None:
    tree = project(main_c=MAIN, sub__note_txt="a note")
    before = {path: path.lstat().st_mtime_ns for path in [tree, *tree.rglob("*")]}
    script = f"cc -o app main.c; touch sub/note.txt; chmod 000 sub; touch {tree}/written 2>/dev/null; true"
    experiment(tree, "sh", "-c", script, vary="umask")
    assert before.items() <= {path: path.lstat().st_mtime_ns for path in [tree, *tree.rglob("*")]}.items()


# Faults: each ends in a sentence, and nothing is left (see the fixture).


def test_a_build_that_fails_shows_its_last_lines(project: Project, experiment: Experiment) -> None:
    with pytest.raises(BuildFailed, match="failed with exit code 7: sh -c") as failed:
        experiment(project(a="1"), "sh", "-c", "seq 100; echo the reason; exit 7", vary="umask,-clock")
    assert failed.value.tail[-1] == "the reason"
    assert len(failed.value.tail) == 15


def test_a_build_that_hangs_is_ended(project: Project, experiment: Experiment) -> None:
    with pytest.raises(BuildFailed, match=r"was not done after 1 s \(--timeout\)"):
        experiment(project(a="1"), "sleep", "60", vary="umask", timeout=1)


@needs("cc")
def test_a_build_that_forks_away_is_told(project: Project, experiment: Experiment) -> None:
    script = "cc -o app main.c; (setsid sleep 60 &); sleep 1"  # so long it may still be a shell about to become sleep
    found = experiment(project(main_c=MAIN), "sh", "-c", script, vary="umask")
    assert any("left processes running, which were ended: sleep" in note for note in found.notes)


def test_a_build_that_makes_nothing_is_told(project: Project, experiment: Experiment) -> None:
    with pytest.raises(NothingMade, match="made no ELF file, package or image"):
        experiment(project(a="1"), "true", vary="umask")


def test_a_glob_without_a_match_is_told(project: Project, experiment: Experiment) -> None:
    with pytest.raises(NothingMade, match=r"fits --artifact out/\*"):
        experiment(project(a="1"), "touch", "b", vary="umask", artifacts=["out/*"])


@needs("cc")
def test_a_build_that_does_nothing_new_is_told(project: Project, experiment: Experiment) -> None:
    tree = project(main_c=MAIN)
    os.system(f"cc -o {tree}/app {tree}/main.c")
    with pytest.raises(NothingMade, match="made nothing new: app stood in the tree already"):
        experiment(tree, "true", vary="umask", include_ignored=True)


@needs("split")
def test_thousands_of_files_are_compared(project: Project, experiment: Experiment) -> None:
    script = "mkdir out; yes $(umask) | head -1500 | split -l 1 -a 4 -d - out/"
    found = experiment(project(a="1"), "sh", "-c", script, vary="umask", artifacts=["out/*"])
    assert len(found.artifacts) == 1500
    assert all(artifact.guilty == ("umask",) for artifact in found.artifacts)
    assert any("1500 artifacts differ; the first" in note for note in found.notes)


@needs("cc")
def test_a_build_that_needs_the_network_goes_on_without_that_variation(
    project: Project, experiment: Experiment
) -> None:
    """What breaks it is found, left out and told; the exit says that a build failed."""
    script = "cc -o app main.c; test $(wc -l < /proc/self/net/dev) -gt 3 || { echo no route to host >&2; exit 1; }"
    if len(Path("/proc/self/net/dev").read_text().splitlines()) <= 3:
        pytest.skip("needs a network device")
    found = experiment(project(main_c=MAIN), "sh", "-c", script, vary="umask,network,environment")
    if not found.failures:
        pytest.skip("needs a network namespace")
    assert found.failures == ("the build fails with network varied: no route to host; --vary -network leaves it out",)
    assert found.exit == 2
    row = next(row for row in found.variations if row.name == "network")
    assert (row.varied, row.reason) == (False, "the build fails when it is varied")
    assert found.reproducible


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to take the compiler's rights away")
def test_a_file_that_cannot_be_read_is_no_end(project: Project, experiment: Experiment) -> None:
    tree = project(a="1")
    place = tree / "closed"
    place.write_text("x")
    place.chmod(stat.S_IWUSR)
    found = experiment(tree, "sh", "-c", "cp a b", vary="umask", artifacts=["b"])
    assert found.reproducible


def test_what_must_be_varied_and_cannot_be_is_trouble(
    project: Project, experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("elfdiff.rebuild.host._faketime", lambda: None)
    with pytest.raises(NotVaried, match=r"clock could not be varied: not varied beyond the seconds .* not installed"):
        experiment(project(a="1"), "cp", "a", "b", artifacts=["b"], require=frozenset({"clock"}))


@needs("gcc")
def test_without_libfaketime_the_seconds_between_builds_show_the_clock(
    project: Project, experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("elfdiff.rebuild.host._faketime", lambda: None)
    tree = project(main_c=STAMPED)
    found = experiment(tree, "gcc", "-o", "app", "main.c", vary="clock,umask", gap=1.1)
    assert found.guilty == ("clock",)
    assert not found.nondeterministic
    assert found.proof is not None
    assert found.proof.outcome is Outcome.IDENTICAL


@FAKETIME
def test_a_build_that_reads_only_the_fraction_of_a_second_is_not_reproducible(
    project: Project, experiment: Experiment
) -> None:
    found = experiment(project(a="1"), "sh", "-c", "date +%N > out", vary="clock", artifacts=["out"])
    assert not found.reproducible
    assert found.guilty == ("clock",)


@FAKETIME
@needs("cc")
def test_a_build_that_hangs_under_a_still_clock_is_built_with_the_real_one(
    project: Project, experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("elfdiff.rebuild.workshop.STALL", 1.0)
    script = 'cc -o app main.c; if [ -n "$FAKETIME" ]; then sleep 60; fi'
    found = experiment(project(main_c=MAIN), "sh", "-c", script, vary="clock,umask")
    row = next(row for row in found.variations if row.name == "clock")
    assert not row.varied
    assert row.reason is not None
    assert "the build hangs under libfaketime" in row.reason
    assert found.reproducible


@needs("cc")
def test_a_line_of_the_catalogue_is_tried_for_a_guilty_variation(project: Project, experiment: Experiment) -> None:
    """The bytes hold a name of a locale and do not say so; the experiment knows that the locale alone changes it."""
    tree = project(
        main_c=MAIN.replace('"hello"', "FACT"),
        build_sh="cc -DFACT='\"'$LC_ALL'\"' -o app main.c\n",
    )
    found = experiment(tree, "sh", "build.sh", vary="locale,umask")
    if not found.guilty:
        pytest.skip("needs another locale")
    assert found.guilty == ("locale",)
    assert found.proof is not None
    assert found.proof.outcome is Outcome.IDENTICAL
    assert [item.line for item in found.proof.applied] == ["export LC_ALL=C"]


@needs("cc")
def test_builds_at_the_same_time_see_the_same_paths(project: Project, experiment: Experiment) -> None:
    tree = project(main_c=STAMPED, build_sh="gcc $CFLAGS -o app $PWD/main.c\n")
    found = experiment(tree, "sh", "build.sh", vary="build-path,home,clock", jobs=3)
    assert found.guilty == ("build-path", "clock")
    assert found.proof is not None
    assert found.proof.outcome is Outcome.IDENTICAL


@FAKETIME
@needs("gcc")
def test_without_namespaces_it_works_and_says_what_is_weaker(
    project: Project, experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = dict.fromkeys(("mounts", "hostname", "network", "user"), "unshare: Operation not permitted")
    monkeypatch.setattr("elfdiff.rebuild.host._allowed", lambda scratch: (True, refused))
    tree = project(main_c=STAMPED, build_sh="gcc $CFLAGS -o app $PWD/main.c\n")
    found = experiment(tree, "sh", "build.sh", vary="build-path,clock,hostname,network,user,file-order", jobs=2)
    reasons = {row.name: (row.varied, row.reason) for row in found.variations}
    assert reasons["hostname"] == (False, "no UTS namespace is allowed here (unshare: Operation not permitted)")
    assert reasons["network"][0] is False
    assert reasons["user"][0] is True
    assert "only USER and LOGNAME" in str(reasons["user"][1])
    assert "preloaded readdir" in str(reasons["file-order"][1])
    assert found.guilty == ("build-path", "clock")
    assert found.proof is not None
    assert found.proof.outcome is Outcome.IDENTICAL


def test_a_build_that_writes_into_the_source_tree_is_told_where_nothing_prevents_it(
    project: Project, experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = dict.fromkeys(("mounts", "hostname", "network", "user"), "not permitted")
    monkeypatch.setattr("elfdiff.rebuild.host._allowed", lambda scratch: (True, refused))
    tree = project(a="1")
    found = experiment(tree, "sh", "-c", f"cp a b; touch {tree}/trace", vary="umask", artifacts=["b"])
    assert found.failures == ("while it ran, something wrote into the source tree itself: trace",)
    assert found.exit == 2


def test_a_build_cannot_write_into_the_source_tree_where_mounts_are_allowed(
    project: Project, experiment: Experiment
) -> None:
    tree = project(a="1")
    try:
        found = experiment(tree, "sh", "-c", f"touch {tree}/trace; cp a b", vary="umask", artifacts=["b"])
    finally:
        written = (tree / "trace").exists()
    assert not written or found.failures


@needs("unshare")
def test_a_small_file_system_that_runs_full_is_a_sentence(project: Project, tmp_path: Path) -> None:
    tree = project(a="1")
    small = tmp_path / "small"
    small.mkdir()
    options = ["-C", str(tree), "--vary", "umask", "--artifact", "b"]
    words = shlex.join([sys.executable, "-m", "elfdiff", "rebuild", *options])
    script = f"mount -t tmpfs -o size=2m tmpfs {small} || exit 99; TMPDIR={small} {words} -- cp /dev/zero b; echo $?"
    script += f"; ls {small}"
    top = Path(__file__).parents[2]
    ran = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, check=False, cwd=top)
    if ran.returncode == 99 or not ran.stdout:
        pytest.skip("needs a mount namespace")
    assert ran.stdout == "2\n"
    assert "is full: cp /dev/zero b" in ran.stderr


@needs("cc")
def test_a_time_zone_that_reads_as_a_clock_is_fixed_by_its_own_line(project: Project, experiment: Experiment) -> None:
    """The bytes differ in a date; only the experiment knows that the clock had no part in it."""
    tree = project(
        main_c=MAIN.replace('"hello"', "FACT"),
        build_sh='cc "-DFACT=\\"$(date -d @1700000000 \'+%Y-%m-%d %H:%M:%S\')\\"" -o app main.c\n',
    )
    found = experiment(tree, "sh", "build.sh", vary="time-zone,clock,umask")
    assert found.guilty == ("time-zone",)
    assert found.proof is not None
    assert found.proof.outcome is Outcome.IDENTICAL
    assert [item.line for item in found.proof.applied] == ["export TZ=UTC"]


@needs("cc")
def test_a_host_name_that_a_script_writes_is_pointed_at(project: Project, experiment: Experiment) -> None:
    """No line of the catalogue reaches uname; where the build asks for it, the tree tells."""
    tree = project(
        main_c=MAIN.replace('"hello"', "FACT"),
        build_sh='cc "-DFACT=\\"$(uname -n)\\"" -o app main.c\n',
    )
    found = experiment(tree, "sh", "build.sh", vary="hostname,umask")
    if not found.variations[0].varied:
        pytest.skip("needs a UTS namespace")
    assert found.guilty == ("hostname",)
    assert found.proof is not None
    assert found.proof.applied == ()
    assert [item.line for item in found.proof.by_hand][-1].endswith(": build.sh:1 asks for it")
    assert "both were built from one" in render_rebuilt(found, TextStyle())
    assert "these lines" not in headline(found)


@needs("cc")
def test_the_line_of_a_sentence_is_tried(project: Project, experiment: Experiment) -> None:
    """The catalogue says what a person may do, and a line that does the same: that is proved."""
    names = ", ".join(f'"{name}"' for name in ("north", "south", "east", "west", "zenith", "nadir", "left", "right"))
    tree = project(
        names_py=f"print('static const char *names[] = {{' + ', '.join(f'\"{{n}}\"' for n in {{{names}}}) + '}};')\n",
        main_c='#include <stdio.h>\n#include "names.h"\nint main(void) {\n'
        "for (int i = 0; i < 8; i++) puts(names[i]);\nreturn 0; }\n",
        build_sh=f"{sys.executable} names.py > names.h && cc -o app main.c\n",
    )
    found = experiment(tree, "sh", "build.sh", vary="umask")
    assert found.nondeterministic
    assert found.proof is not None
    assert found.proof.outcome is Outcome.IDENTICAL
    assert [item.line for item in found.proof.applied] == [
        "export PYTHONHASHSEED=0 PERL_HASH_SEED=0 PERL_PERTURB_KEYS=0 QT_HASH_SEED=0"
    ]
    assert found.proof.by_hand == ()


@needs("cc")
def test_a_random_signature_is_not_the_clock_s_doing(project: Project, experiment: Experiment) -> None:
    """A signature may hold a time, and mostly holds a random number: two builds of one kind tell nothing of a clock."""
    after = 'head -c 435 /dev/urandom >> app.ko; printf "\\0\\0\\002\\0\\0\\0\\0\\0\\0\\0\\001\\263" >> app.ko'
    tree = project(
        main_c=MAIN.replace("main", "begin"),
        build_sh=f"cc -c -o app.ko main.c; {after}; printf '~Module signature appended~\\n' >> app.ko\n",
    )
    found = experiment(tree, "sh", "build.sh", vary="umask")
    assert found.nondeterministic
    assert found.guilty == ()
    assert "signature" in [finding.cause for finding in found.artifacts[0].report.findings]
