"""``--proof`` writes what the independent verifier accepts."""

import subprocess
import sys
from pathlib import Path

SAMPLE = Path(__file__).parents[2] / "samples" / "two-causes-path-and-time"


def elfdiff(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=False)


def test_a_proof_holds_and_a_spoiled_one_does_not(tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    a, b = str(SAMPLE / "a"), str(SAMPLE / "b")
    assert elfdiff("elfdiff", "-q", "--proof", str(proof), a, b).returncode == 1
    assert elfdiff("elfdiff.accounting.verify", a, b, str(proof)).returncode == 0
    other = tmp_path / "b"
    data = bytearray(Path(b).read_bytes())
    data[len(data) // 2] ^= 1
    other.write_bytes(data)
    assert elfdiff("elfdiff.accounting.verify", a, str(other), str(proof)).returncode == 1


def test_identical_files_have_no_proof(tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    done = elfdiff("elfdiff", "-q", "--proof", str(proof), str(SAMPLE / "a"), str(SAMPLE / "a"))
    assert done.returncode == 0
    assert "nothing was written" in done.stderr
    assert not proof.exists()
