"""Two real builds of one program by cargo, whose Cargo.lock differ in one crate."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pytest

from elfdiff.cli.main import main
from elfdiff.payload.drift import compare_lists, headline
from elfdiff.sbom.reading import read_sbom

CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index#"
CHECKSUM = '{"files":{},"package":"' + "0" * 64 + '"}'


def crate(home: Path, name: str, version: str, needs: str, code: str) -> None:
    """A crate as ``cargo vendor`` lays it down."""
    place = home / "vendor" / f"{name}-{version}"
    (place / "src").mkdir(parents=True)
    head = f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n'
    (place / "Cargo.toml").write_text(head + (f"[dependencies]\n{needs}\n" if needs else ""))
    (place / "src" / "lib.rs").write_text(code)
    (place / ".cargo-checksum.json").write_text(CHECKSUM)


def dependency_list(sbom: dict[str, Any]) -> dict[str, Any]:
    """Cargo's ``-Z sbom`` file in the form of ``.dep-v0``, format 8, as cargo-auditable converts it."""
    packages = []
    for index, member in enumerate(sbom["crates"]):
        registry = member["id"].startswith(CRATES_IO)
        place, _, fragment = member["id"].rpartition("#")
        # A package in a directory of its own name has only its version after the #.
        name, _, version = (fragment if "@" in fragment else f"{Path(place).name}@{fragment}").partition("@")
        packages.append(
            {
                "name": name,
                "version": version,
                "source": "crates.io" if registry else "local",
                "root": index == sbom["root"],
                "dependencies": [item["index"] for item in member["dependencies"]],
            }
        )
    return {"packages": packages, "format": 8}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The program, built before and after ``cargo update -p leaf``."""
    cargo = shutil.which(
        "cargo", path=os.pathsep.join([os.environ.get("PATH", ""), str(Path.home() / ".cargo" / "bin")])
    )
    if cargo is None or shutil.which("objcopy") is None:
        pytest.skip("needs cargo and objcopy")
    home = tmp_path_factory.mktemp("cargo")
    crate(home, "leaf", "1.2.3", "", "pub fn leaf() -> u32 { std::hint::black_box(1) }")
    crate(home, "mid", "0.4.0", 'leaf = "1"', "pub fn mid() -> u32 { leaf::leaf() + 1 }")
    (home / "app" / "src").mkdir(parents=True)
    manifest = '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nmid = "0.4"\n'
    (home / "app" / "Cargo.toml").write_text(manifest)
    (home / "app" / "src" / "main.rs").write_text('fn main() { println!("{}", mid::mid()); }')
    (home / ".cargo").mkdir()
    source = '[source.crates-io]\nreplace-with = "v"\n[source.v]\ndirectory = "vendor"\n'
    (home / ".cargo" / "config.toml").write_text(source)
    environment = {
        **os.environ,
        "RUSTC_BOOTSTRAP": "1",
        "CARGO_BUILD_SBOM": "true",
        "CARGO_TARGET_DIR": str(home / "target"),
    }
    built = []
    for name in ("a", "b"):
        if name == "b":
            crate(home, "leaf", "1.2.4", "", "pub fn leaf() -> u32 { std::hint::black_box(2) }")
            subprocess.run(
                [cargo, "update", "-q", "--offline", "-p", "leaf"], check=True, cwd=home / "app", env=environment
            )
        done = subprocess.run(
            [cargo, "build", "-q", "--offline", "-Z", "sbom"], cwd=home / "app", env=environment, capture_output=True
        )
        if done.returncode:
            pytest.skip(f"cargo build -Z sbom does not work here: {done.stderr.decode()[:200]}")
        sbom = json.loads((home / "target" / "debug" / "app.cargo-sbom.json").read_text())
        (home / "list").write_bytes(zlib.compress(json.dumps(dependency_list(sbom)).encode()))
        program = home / "target" / "debug" / "app"
        command = ["objcopy", "--add-section", f".dep-v0={home / 'list'}", str(program), str(home / name)]
        subprocess.run(command, check=True)
        built.append(home / name)
    return built[0], built[1]


def test_crate_and_both_versions_are_named(pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    a, b = read_sbom(pair[0]), read_sbom(pair[1])
    assert a.format == b.format == 8
    assert a.edge_count == b.edge_count == 2
    diff = compare_lists(a, b)
    assert headline(diff) == "leaf is 1.2.3 in a and 1.2.4 in b"
    assert [(change.name, change.change, change.local) for change in diff.changes] == [("leaf", "upgraded", False)]
    assert main(["sbom", str(pair[0]), str(pair[1])]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "elfdiff: DIFFERENT  leaf is 1.2.3 in a and 1.2.4 in b"
    assert "    cargo build --locked" in lines


def test_stripping_keeps_the_list(pair: tuple[Path, Path], tmp_path: Path) -> None:
    for flag in ("-s", "--strip-unneeded", "-g", "--only-keep-debug"):
        subprocess.run(["strip", flag, "-o", str(tmp_path / "stripped"), str(pair[0])], check=True)
        assert read_sbom(tmp_path / "stripped").packages == read_sbom(pair[0]).packages
