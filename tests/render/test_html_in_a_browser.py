"""The page in headless Chromium: nothing to complain about, at every width, with the keyboard alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from elfdiff.cli.main import main

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")

ROOT = Path(__file__).resolve().parents[2]
BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(not (BROWSER and DRIVER), reason="chromium and chromedriver are not installed")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(BROWSER)
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    driver.set_page_load_timeout(30)
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("pages")
    found = {}
    for name in ("two-causes-path-and-time", "link-order", "source-change"):
        found[name] = home / f"{name}.html"
        sides = [str(ROOT / "samples" / name / side) for side in "ab"]
        assert main(["-f", "html", "-o", str(found[name]), *sides]) == 1
    return found


@pytest.mark.parametrize("width", [360, 800, 1400])
def test_no_complaint_and_nothing_too_wide(browser: Any, pages: dict[str, Path], width: int) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    for page in pages.values():
        browser.get(page.as_uri())
        assert browser.get_log("browser") == []
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width, page.name
        assert browser.execute_script("return document.querySelector('.verdict').getBoundingClientRect().bottom") < 900


def test_the_style_sheet_is_allowed_and_a_script_is_not(browser: Any, pages: dict[str, Path]) -> None:
    browser.get(pages["link-order"].as_uri())
    script = "return getComputedStyle(document.querySelector('.finding')).borderLeftWidth"
    assert browser.execute_script(script) == "4px"
    insert = "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)"
    browser.execute_script(insert)
    assert browser.execute_script("return window.ran") is None
    assert any("Content Security Policy" in entry["message"] for entry in browser.get_log("browser"))


def test_every_row_opens_with_the_keyboard(browser: Any, pages: dict[str, Path]) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.get(pages["two-causes-path-and-time"].as_uri())
    focusable = browser.execute_script("return document.querySelectorAll('summary').length")
    opened = 0
    for _ in range(focusable):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        active = browser.switch_to.active_element
        assert active.tag_name == "summary"
        active.send_keys(Keys.ENTER)
        opened += 1
    assert opened == browser.execute_script("return document.querySelectorAll('details[open]').length") > 5


def test_a_run_says_on_hover_what_it_is(browser: Any, pages: dict[str, Path]) -> None:
    browser.get(pages["two-causes-path-and-time"].as_uri())
    titles = browser.execute_script(
        "return [...document.querySelectorAll('.strip rect title')].map(t => t.textContent)"
    )
    assert any("build-path" in title and "0x" in title and "bytes" in title for title in titles)
