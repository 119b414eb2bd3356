"""Real bundles, signatures and images of ../shared/data, unpacked once; without that folder the tests are skipped."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEwOkOF9xpfG8ghueIhnZ66ooujwt1
+ReV3HupgKnGFYnEh3Hh1YTg5L6kN1Yakkt5WltRoav8/R3hpCtUO3Rldw==
-----END PUBLIC KEY-----
"""
"""The public key that the log records for the key-signed image (containers/image, signature/fixtures/cosign2.pub)."""


@pytest.fixture(scope="session")
def material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the real material."""
    places = [parent / "shared" / "data" / "attestations.tar.xz" for parent in Path(__file__).resolve().parents]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        pytest.skip("no shared/data/attestations.tar.xz beside the repository")
    target = tmp_path_factory.mktemp("material")
    with tarfile.open(found) as archive:
        archive.extractall(target, filter="data")
    return target / "attestations"


@pytest.fixture
def key(tmp_path: Path) -> str:
    """The key that signed the key-signed image."""
    file = tmp_path / "signer.pub"
    file.write_text(KEY)
    return str(file)
