"""Links from findings to the pages of their causes."""

import json
from pathlib import Path

import pytest

from elfdiff.cli import links
from elfdiff.cli.main import main

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
PAIR = [str(SAMPLES / "two-causes-path-and-time" / side) for side in "ab"]
DEB = [str(SAMPLES / "package-deb" / side) for side in "ab"]
BASE = "https://git.example.org/tools/elfdiff/blob/v1.0"
PAGE = f"{BASE}/docs/causes/build-path.md"
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(links, "installed_from", lambda: None)


def test_each_format_links_to_the_page(capsys: Capture) -> None:
    for form, shown in (
        ("html", f'<a href="{PAGE}">'),
        ("markdown", f"[its page]({PAGE})"),
        ("sarif", f'"helpUri": "{PAGE}"'),
        ("json", f'"docs": "{PAGE}"'),
    ):
        assert main(["-f", form, "--docs", f"{BASE}/", *PAIR]) == 1
        assert shown in capsys.readouterr().out, form
        assert main(["-f", form, *PAIR]) == 1
        assert BASE not in capsys.readouterr().out, form


def test_trees_and_the_file_of_options(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "elfdiff.toml").write_text(f'docs = "{BASE}"\n')
    assert main(["-f", "json", *DEB]) == 1
    tree = json.loads(capsys.readouterr().out)
    reports = [entry["report"] for entry in tree["entries"] if entry["report"]]
    found = [finding["docs"] for one in (tree, *reports) for finding in one.get("findings", ())]
    assert found
    assert all(page.startswith(f"{BASE}/docs/causes/") for page in found)


def test_a_saved_report_keeps_its_links_and_a_hostile_one_has_none(tmp_path: Path, capsys: Capture) -> None:
    saved = tmp_path / "saved.json"
    assert main(["-f", f"json={saved}", "-f", "sarif=x", "--docs", BASE, *PAIR]) == 1
    capsys.readouterr()
    main(["render", "-f", "html", "--docs", "https://other.example.org", str(saved)])
    assert f'<a href="{PAGE}">' in capsys.readouterr().out
    for evil in ("javascript:alert(1)", 'https://x.org/"><script>', "https://x.org/a)b[c](d"):
        text = json.loads(saved.read_text())
        for finding in text["findings"]:
            finding["docs"] = evil
        saved.write_text(json.dumps(text))
        for form in ("html", "markdown", "sarif"):
            main(["render", "-f", form, str(saved)])
            assert "its page" not in (out := capsys.readouterr().out)
            assert "helpUri" not in out


@pytest.mark.parametrize("text", ["javascript:x", "docs", "https://", "https://x.org/a b", "https://x.org/?q=1"])
def test_what_is_no_address(text: str, tmp_path: Path, capsys: Capture) -> None:
    assert main(["--docs", text, *PAIR]) == 2
    assert "is no address" in capsys.readouterr().err
    (tmp_path / "elfdiff.toml").write_text(f'docs = "{text}"\n')
    assert main(PAIR) == 2
    assert capsys.readouterr().err.startswith("elfdiff: error: elfdiff.toml: docs: ")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://github.com/some/elfdiff", "https://github.com/some/elfdiff/blob/0123abcd"),
        ("https://github.com/some/elfdiff.git", "https://github.com/some/elfdiff/blob/0123abcd"),
        ("https://gitlab.example.org/a/b/elfdiff.git", "https://gitlab.example.org/a/b/elfdiff/blob/0123abcd"),
        ("https://git.example.org/elfdiff", None),
        ("file:///home/elfdiff", None),
    ],
)
def test_what_pip_recorded(url: str, shown: str | None) -> None:
    assert links._shown({"url": url, "vcs_info": {"vcs": "git", "commit_id": "0123abcd"}}) == shown
    assert links._shown({"url": url, "dir_info": {"editable": True}}) is None
    assert links._shown([url]) is None
