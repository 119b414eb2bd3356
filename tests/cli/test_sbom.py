"""``elfdiff sbom`` and ``elfdiff audit`` as they are called: formats, exit codes, and what stands on which stream."""

from __future__ import annotations

import hashlib
import json
import resource
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from elfdiff.cli.main import main

APP = {"name": "app", "version": "1.0.0", "source": "local", "root": True, "dependencies": [1]}


def libc(version: str) -> dict[str, str]:
    return {"name": "libc", "version": version, "source": "crates.io"}


@pytest.fixture
def put(make: Any, part: Any, tmp_path: Path) -> Callable[..., str]:
    """Writes a file with these packages (or these bytes) in ``.dep-v0``, or with none, and gives its path."""

    def build(name: str, content: Any = None) -> str:
        if content is None:
            data = make([part(".text", b"\xc3")])
        else:
            document = {"packages": content, "format": 1}
            text = content if isinstance(content, bytes) else json.dumps(document).encode()
            data = make([part(".dep-v0", zlib.compress(text))])
        (tmp_path / name).write_bytes(data)
        return str(tmp_path / name)

    return build


@pytest.fixture
def database(tmp_path: Path) -> str:
    place = tmp_path / "db" / "crates" / "libc"
    place.mkdir(parents=True)
    head = '[advisory]\nid = "RUSTSEC-2024-0001"\npackage = "libc"\ndate = "2024-01-01"'
    head += '\n[versions]\npatched = [">= 0.2.9"]'
    (place / "RUSTSEC-2024-0001.md").write_text(f"```toml\n{head}\n```\n\n# Bad\n")
    return str(tmp_path / "db")


def test_table(put: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sbom", put("app", [APP, libc("0.2.1")])]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0].startswith("app 1.0.0: 2 packages")
    assert err == ""


@pytest.mark.parametrize("form", ["table", "json", "cyclonedx", "spdx", "purl"])
def test_every_format_gives_the_same_bytes_anywhere(put: Callable[..., str], tmp_path: Path, form: str) -> None:
    path = put("app", [APP, libc("0.2.1")])
    texts = set()
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        environment = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C", "COLUMNS": "20" if seed == "1" else "200"}
        command = [sys.executable, *(["-OO"] if seed == "2" else []), "-m", "elfdiff", "sbom", "-f", form, path]
        texts.add(subprocess.run(command, check=True, capture_output=True, env=environment).stdout)
    assert len(texts) == 1
    assert texts != {b""}


@pytest.mark.parametrize("form", ["table", "json", "cyclonedx", "spdx", "purl"])
def test_no_list_is_said_and_is_no_trouble(
    put: Callable[..., str], capsys: pytest.CaptureFixture[str], form: str
) -> None:
    path = put("app")
    assert main(["sbom", "-f", form, path]) == 0
    out, err = capsys.readouterr()
    assert f"{path}: no SBOM found" in err
    if form in ("table", "purl"):
        assert out == ""
        return
    document = json.loads(out)
    names = [item["name"] for item in document.get("packages", document.get("components"))]
    # SPDX describes a package, so there the file stands in.
    assert names == (["app"] if form == "spdx" else [])


def test_require(put: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    path = put("app")
    assert main(["sbom", "--require", path]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"elfdiff: error: {path}: no SBOM found\n")


def test_malformed_is_trouble(put: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    path = put("app", b"{}")
    for arguments in (["sbom", path], ["sbom", "--recover", path], ["sbom", path, put("b", [APP, libc("0.2.1")])]):
        assert main(arguments) == 2
        out, err = capsys.readouterr()
        assert (out, err) == ("", f"elfdiff: error: {path}: its .dep-v0 section has no packages field\n")


def test_warnings_stand_on_stderr_and_can_be_silenced(
    put: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = put("app", [libc("0.2.1")])
    assert main(["sbom", "-f", "purl", path]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == ("pkg:cargo/libc@0.2.1\n", f"elfdiff: warning: {path}: no package is marked as root\n")
    assert main(["sbom", "-q", "-f", "purl", path]) == 0
    assert capsys.readouterr().err == ""


def test_output_file(put: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = put("app", [APP, libc("0.2.1")])
    target = tmp_path / "bom.json"
    assert main(["sbom", "-f", "json", "-o", str(target), path]) == 0
    document = json.loads(target.read_text())
    assert document["file"]["sha256"] == hashlib.sha256(Path(path).read_bytes()).hexdigest()
    assert capsys.readouterr().out == ""


def test_time_of_the_export_comes_from_the_environment(
    put: Callable[..., str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put("app", [APP, libc("0.2.1")])
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert main(["sbom", "-f", "spdx", path]) == 0
    assert json.loads(capsys.readouterr().out)["creationInfo"]["created"] == "1970-01-02T00:00:00Z"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "now")
    assert main(["sbom", "-f", "spdx", path]) == 2


def test_one_crate_that_moved_stands_in_line_one(put: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    a, b = put("a", [APP, libc("0.2.189")]), put("b", [APP, libc("0.2.191")])
    assert main(["sbom", a, b]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "elfdiff: DIFFERENT  libc is 0.2.189 in a and 0.2.191 in b"
    assert "    cargo build --locked" in lines
    assert "  libc  0.2.189  ->  0.2.191  upgraded" in lines
    assert lines[-1] == "elfdiff: result=different registry=1 local=0 exit=1"
    assert main(["sbom", a, a]) == 0
    assert capsys.readouterr().out.startswith("elfdiff: SAME")


def test_bumped_workspace_is_no_drift(put: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    a = put("a", [APP, libc("0.2.1")])
    b = put("b", [{**APP, "version": "2.0.0"}, libc("0.2.1")])
    assert main(["sbom", a, b]) == 1
    out = capsys.readouterr().out
    assert "no registry package moved" in out
    assert "--locked" not in out


def test_one_side_without_a_list(put: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    a, b = put("a", [APP, libc("0.2.1")]), put("b")
    assert main(["sbom", a, b]) == 1
    out = capsys.readouterr().out
    assert "removed" not in out
    assert "b holds no dependency list" in out
    assert main(["sbom", b, b]) == 0


def test_difference_as_json(put: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((Path(__file__).parent.parent.parent / "elfdiff/schema/sbom-diff-1.json").read_text())
    a, b = put("a", [APP, libc("0.2.1")]), put("b", [APP, libc("0.2.2")])
    for other, code in ((a, 0), (b, 1), (put("c"), 1)):
        assert main(["sbom", "-f", "json", a, other]) == code
        document = json.loads(capsys.readouterr().out)
        jsonschema.validate(document, schema)
        assert document["differs"] is bool(code)


@pytest.mark.parametrize(
    "arguments", [[], ["a", "b", "c"], ["-f", "spdx", "a", "b"], ["-f", "xml", "a"], ["missing"], ["--recover"]]
)
def test_wrong_calls(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sbom", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("elfdiff: error: ")
    assert err.count("\n") == 1


def test_audit_exit_codes(put: Callable[..., str], database: str, capsys: pytest.CaptureFixture[str]) -> None:
    bad, good = put("bad", [APP, libc("0.2.1")]), put("good", [APP, libc("0.2.9")])
    none, broken = put("none"), put("broken", b"{}")
    assert main(["audit", "--db", database, good]) == 0
    assert main(["audit", "--db", database, good, bad]) == 1
    assert main(["audit", "--db", database, "--allow-missing", none]) == 0
    assert main(["audit", "--db", database, "--allow-missing", none, bad]) == 1
    capsys.readouterr()
    assert main(["audit", "--db", database, bad, none]) == 2
    out, err = capsys.readouterr()
    assert "RUSTSEC-2024-0001" in out
    assert err == f"elfdiff: error: {none}: no SBOM found; nothing was checked\n"
    assert main(["audit", "--db", database, "--allow-missing", broken, bad]) == 2
    assert "RUSTSEC-2024-0001" in capsys.readouterr().out
    assert main(["audit", "--db", database + "x", good]) == 2
    assert main(["audit", good]) == 2


def test_audit_of_several_files_is_json_lines(
    put: Callable[..., str], database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, good = put("bad", [APP, libc("0.2.1")]), put("good", [APP, libc("0.2.9")])
    assert main(["audit", "--db", database, "-f", "json", bad, good]) == 1
    documents = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [len(document["vulnerabilities"]) for document in documents] == [1, 0]


def test_list_that_the_database_does_not_cover_is_never_clean(
    make: Any, part: Any, tmp_path: Path, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    head = b"\xff Go buildinf:\x08\x02" + bytes(16) + b"\x08go1.22.1\x00"
    (tmp_path / "go").write_bytes(make([part(".go.buildinfo", head)]))
    assert main(["audit", "--db", database, str(tmp_path / "go")]) == 2
    assert "covers crates.io only" in capsys.readouterr().err


def hostile() -> dict[str, Any]:
    """Lists that are long, wide, nested, or just past a limit of elfdiff's."""

    def crate(index: int, *needs: int) -> dict[str, Any]:
        return {"name": f"c{index}", "version": "1.0.0", "source": "crates.io", "dependencies": list(needs)}

    edges = [crate(index, *(range(150) if index >= 150 else ())) for index in range(300)]
    return {
        "chain": [crate(index, index + 1) for index in range(999)] + [crate(999)],
        "edges": edges,
        "deep": b"[" * 65,
        "inflated": bytes((8 << 20) + 1),
        "long number": b'{"format":' + b"9" * 5000 + b"}",
        "escapes": [{"name": "\x1b[2J\n\r\x07\x9b", "version": "1.0.0", "source": "\x1b]0;x\x07", "root": True}],
        "wide": [crate(index) for index in range(60_000)],
    }


def test_hostile_lists_cost_little_and_print_no_control_character(put: Callable[..., str], tmp_path: Path) -> None:
    """One fresh process for each: within 2 s and 200 MB, a sentence and exit 2, or the right answer."""
    script = (
        "import sys\n"
        "from elfdiff.cli.main import main\n"
        "code = main(sys.argv[1:])\n"
        "status = open('/proc/self/status').read().split('VmHWM:')[1]\n"
        "print(status.split()[0], file=open('memory', 'w'))\n"
        "sys.exit(code)\n"
    )
    for name, content in hostile().items():
        path = put(name.replace(" ", "-"), content)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-c", script, "sbom", path], cwd=tmp_path, capture_output=True, text=True, check=False,
            env={"PYTHONPATH": str(Path(__file__).parent.parent.parent)},
        )  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        # Processor time: other work on the machine does not count.
        assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2, name
        # VmHWM, in KB: ru_maxrss would count the parent's pages before exec().
        assert int((tmp_path / "memory").read_text()) < 200_000, name
        assert done.returncode == (2 if name in ("deep", "inflated", "long number") else 0), (name, done.stderr)
        assert "Traceback" not in done.stderr
        assert all(char == "\n" or char.isprintable() for char in done.stdout + done.stderr), name
