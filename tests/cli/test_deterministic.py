"""The same two files give the same bytes, whatever the environment."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = '#include <stdio.h>\nint main(void) { return printf("%s %s\\n", __FILE__, __TIME__) > 99; }\n'

ENVIRONMENTS = (
    ({"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"}, ()),
    ({"PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", "COLUMNS": "41"}, ("-O",)),
    ({"PYTHONHASHSEED": "99", "LC_ALL": "", "LANG": "de_DE.ISO-8859-1", "COLUMNS": "500"}, ("-OO",)),
)


PAIR = ("one/app", "number-two/app")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where both files are. No path in them is so long that text shortens it: its mark follows the character set."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    top = tmp_path_factory.mktemp("top")
    for name in PAIR:
        directory = top / Path(name).parent
        directory.mkdir()
        (directory / "main.c").write_text(SOURCE)
        prefix = f"-ffile-prefix-map={top}=/srv"
        command = ["gcc", "-g", prefix, str(directory / "main.c"), "-o", str(directory / "app")]
        subprocess.run(command, cwd=directory, check=True)
    return top


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_every_environment_gives_the_same_bytes(form: str, place: Path) -> None:
    outputs = set()
    for environment, options in ENVIRONMENTS:
        done = subprocess.run(
            [sys.executable, *options, "-m", "elfdiff", *PAIR, "-f", form],
            cwd=place,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (1, b"")
        outputs.add(done.stdout)
    assert len(outputs) == 1
