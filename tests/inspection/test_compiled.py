"""Programs of a real compiler: hazards that were planted, and protections that were switched on and off."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import elfdiff
from elfdiff.errors import NotElf, UnreadableFile
from elfdiff.inspection.model import Inspection

Compiled = Callable[..., Inspection]
Faces = Callable[[Inspection], dict[str, str]]


def state(found: Inspection, name: str) -> str:
    return next(fact.state for fact in found.hardening if fact.name == name)


def detail(found: Inspection, name: str) -> str:
    return next(fact.detail for fact in found.hardening if fact.name == name)


def test_a_stripped_program_built_by_relative_names_has_none(compiled: Compiled) -> None:
    found = compiled("-O2", "-s", "-Wl,--build-id=sha1")
    assert found.hazards == ()
    assert found.needed == ("libc.so.6",)
    assert found.stripped
    assert found.build_id_kind == "20 bytes: sha1 of this file, so nothing changed it after its link"


def test_the_directory_in_debug_information_shows(compiled: Compiled, faces: Faces, tmp_path: Path) -> None:
    found = compiled("-g")
    assert faces(found)["path-dwarf-comp-dir"] == "shows"
    place = next(item for item in found.hazards if item.face == "path-dwarf-comp-dir").places[0]
    assert place.value == str(tmp_path)
    assert found.directories[0].path == str(tmp_path)
    assert found.directories[0].kind == "build"


def test_the_advice_takes_the_hazard_away(compiled: Compiled, faces: Faces, tmp_path: Path) -> None:
    assert "path-dwarf-comp-dir" not in faces(compiled("-g", f"-ffile-prefix-map={tmp_path}=."))


def test_the_clock_shows(compiled: Compiled) -> None:
    found = compiled("-DSTAMP", "-s")
    hazard = next(item for item in found.hazards if item.face == "time-cpp-date-time")
    assert hazard.confidence == "shows"
    assert hazard.advice.startswith("export SOURCE_DATE_EPOCH=")
    assert [place.value for place in found.times] == [place.value for place in hazard.places]


def test_native_code_and_run_paths_show(compiled: Compiled, faces: Faces, tmp_path: Path) -> None:
    found = faces(compiled("-g", "-march=native", f"-Wl,-rpath,{tmp_path}/lib", "-Wl,--build-id=uuid"))
    assert found["env-cpu-native"] == "shows"
    assert found["path-rpath-runpath"] == "shows"
    assert found["build-id-uuid"] == "hints"
    assert "env-cpu-native" not in faces(compiled("-g", "-march=x86-64-v2"))


def test_protections_switched_on(compiled: Compiled) -> None:
    flags = (
        "-O2",
        "-pie",
        "-fPIE",
        "-fstack-protector-all",
        "-D_FORTIFY_SOURCE=2",
        "-Wl,-z,relro,-z,now,-z,noexecstack",
    )
    found = compiled(*flags)
    assert {name: state(found, name) for name in ("PIE", "NX", "RELRO", "canary", "FORTIFY", "RUNPATH")} == {
        "PIE": "yes",
        "NX": "yes",
        "RELRO": "yes",
        "canary": "yes",
        "FORTIFY": "yes",
        "RUNPATH": "no",
    }
    assert detail(found, "RELRO") == "full"


def test_protections_switched_off(compiled: Compiled) -> None:
    flags = (
        "-no-pie",
        "-fno-stack-protector",
        "-U_FORTIFY_SOURCE",
        "-Wl,-z,norelro,-z,execstack",
        "-Wl,-rpath,$ORIGIN",
    )
    found = compiled(*flags)
    assert state(found, "PIE") == "no"
    assert state(found, "NX") == "no"
    assert state(found, "RELRO") == "no"
    assert state(found, "RUNPATH") == "yes"
    # That no canary and no checked call is seen proves nothing: perhaps no function needs one.
    assert state(found, "canary") == "unknown"
    assert state(found, "FORTIFY") == "unknown"
    assert state(compiled("-Wl,-z,relro,-z,lazy"), "RELRO") == "partial"


def test_a_static_program_shows_its_canary_while_it_has_symbols(compiled: Compiled) -> None:
    assert state(compiled("-static", "-fstack-protector-all"), "canary") == "yes"


def test_relocatable_files_have_no_protections_of_their_own(compiled: Compiled) -> None:
    found = compiled("-c", "-g", output="main.o")
    assert found.format.type == "REL"
    assert found.hardening == ()
    assert found.hazards[0].face == "path-dwarf-comp-dir"


def test_go_says_what_it_was_built_with(tmp_path: Path, faces: Faces) -> None:
    import os
    import subprocess
    import sys

    go = shutil.which("go") or shutil.which("go", path=str(Path(sys.executable).parent))
    if go is None:
        pytest.skip("go is not installed")
    (tmp_path / "go.mod").write_text("module example.org/tool\n\ngo 1.20\n")
    (tmp_path / "main.go").write_text("package main\n\nfunc main() { println(1) }\n")
    environment = {**os.environ, "GOFLAGS": "", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    for name, flags in (("plain", []), ("trimmed", ["-trimpath"])):
        command = [go, "build", "-buildvcs=false", "-o", name, *flags]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"go build failed: {done.stderr[:200]}")
    plain = elfdiff.inspect(tmp_path / "plain")
    hazard = next(item for item in plain.hazards if item.face == "path-go-gopath-goroot")
    assert hazard.advice == 'export GOFLAGS="$GOFLAGS -trimpath"'
    assert plain.sbom.source == "go-buildinfo"
    assert faces(elfdiff.inspect(tmp_path / "trimmed")) == {}


def test_bad_input_is_an_error_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no program\n")
    with pytest.raises(NotElf):
        elfdiff.inspect(tmp_path / "text")
    with pytest.raises(UnreadableFile):
        elfdiff.inspect(tmp_path / "missing")


def test_an_md5_that_is_the_digest_of_the_file_is_no_random_number(compiled: Compiled, faces: Faces) -> None:
    digest, drawn = (compiled("-fuse-ld=bfd", f"-Wl,--build-id={style}") for style in ("md5", "uuid"))
    assert "build-id-uuid" not in faces(digest)
    assert faces(drawn)["build-id-uuid"] == "hints"
