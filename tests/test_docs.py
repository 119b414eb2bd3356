"""The site of the documentation: every link leads somewhere, and nothing is asked for from elsewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from elfdiff.causes import catalogue

pytest.importorskip("mkdocs", reason="mkdocs is not installed")

ROOT = Path(__file__).resolve().parents[1]
LOADED = re.compile(r'<(?:script|img|iframe|link)\b[^>]*?\b(?:src|href)="([^"]+)"')


@pytest.fixture(scope="module")
def site() -> ModuleType:
    spec = importlib.util.spec_from_file_location("site_of_docs", ROOT / "docs" / "site.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site: ModuleType, tmp_path: Path) -> None:
    assert site.build(tmp_path) == ""
    for name in ("index.html", "docs/ci.html", *(f"docs/causes/{cause.id}.html" for cause in catalogue())):
        page = (tmp_path / name).read_text()
        assert not [where for where in LOADED.findall(page) if where.startswith(("http:", "https:", "//"))], name


def test_a_dead_link_is_told(site: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = site.stage

    def with_a_dead_link(place: Path) -> None:
        stage(place)
        page = place / "pages" / "docs" / "ci.md"
        page.write_text(page.read_text() + "\n[gone](nowhere.md), [no heading](rebuild.md#no-such-heading)\n")

    monkeypatch.setattr(site, "stage", with_a_dead_link)
    said = site.build(tmp_path)
    assert "nowhere.md" in said
    assert "no-such-heading" in said


def test_every_page_of_docs_is_reached(site: ModuleType) -> None:
    def leaves(items: dict[str, object]) -> set[str]:
        return {name for what in items.values() for name in (leaves(what) if isinstance(what, dict) else {str(what)})}

    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")}
    assert pages <= leaves(site.NAV)
