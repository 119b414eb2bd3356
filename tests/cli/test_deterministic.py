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


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    built = []
    for name in ("one", "number-two"):
        directory = tmp_path_factory.mktemp(name)
        (directory / "main.c").write_text(SOURCE)
        subprocess.run(["gcc", "-g", str(directory / "main.c"), "-o", str(directory / "app")], check=True)
        built.append(str(directory / "app"))
    return built[0], built[1]


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_every_environment_gives_the_same_bytes(form: str, pair: tuple[str, str]) -> None:
    outputs = set()
    for environment, options in ENVIRONMENTS:
        done = subprocess.run(
            [sys.executable, *options, "-m", "elfdiff", *pair, "-f", form],
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (1, b"")
        outputs.add(done.stdout)
    assert len(outputs) == 1
