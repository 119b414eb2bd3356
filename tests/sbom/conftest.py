"""Dependency lists to export and to audit, and files that carry them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from elfdiff.payload.dependencies import DependencyList, read_dependencies

ROOT = Path(__file__).parent.parent.parent
DATA = Path(__file__).parent / "data"

SMALL = [
    {"name": "app", "version": "1.0.0", "source": "local", "root": True, "dependencies": [1, 2, 3]},
    {"name": "cc", "version": "1.2.3", "source": "crates.io", "kind": "build"},
    {"name": "fork", "version": "0.1.0", "source": "git", "dependencies": [3]},
    {"name": "zstd-sys", "version": "2.0.16+zstd.1.5.7", "source": "crates.io", "dependencies": [1]},
]


@pytest.fixture(scope="session")
def carry(make: Any, part: Any) -> Callable[..., bytes]:
    """An ELF file whose ``.dep-v0`` holds these packages (or this whole document, or these bytes)."""

    def build(packages: Any, form: int = 1) -> bytes:
        document = packages if isinstance(packages, bytes | dict) else {"packages": packages, "format": form}
        text = document if isinstance(document, bytes) else json.dumps(document).encode()
        data: bytes = make([part(".text", b"\xc3"), part(".dep-v0", zlib.compress(text))])
        return data

    return build


@pytest.fixture
def put(carry: Callable[..., bytes], tmp_path: Path) -> Callable[..., Path]:
    """Writes such a file and gives its path."""

    def build(packages: Any, name: str = "app", form: int = 1) -> Path:
        path = tmp_path / name
        path.write_bytes(carry(packages, form))
        return path

    return build


@pytest.fixture(scope="session")
def small(carry: Callable[..., bytes]) -> DependencyList:
    """A root, a build dependency, a crate from git, and a version with build metadata."""
    return read_dependencies(carry(SMALL), "target/app")


@pytest.fixture(scope="session")
def real() -> dict[str, Any]:
    """A part of a real graph (data/README.md)."""
    found: dict[str, Any] = json.loads((DATA / "uv-warnings.json").read_text())
    return found


@pytest.fixture(scope="session")
def real_list(real: dict[str, Any], carry: Callable[..., bytes]) -> DependencyList:
    return read_dependencies(carry(real["list"]), "uv-warnings")


@pytest.fixture(scope="session")
def schema() -> Callable[[str], Any]:
    """A validator for one of elfdiff/schema."""
    jsonschema = pytest.importorskip("jsonschema")

    def load(name: str) -> Any:
        document = json.loads((ROOT / "elfdiff" / "schema" / f"{name}.json").read_text())
        jsonschema.Draft202012Validator.check_schema(document)
        return jsonschema.Draft202012Validator(document)

    return load
