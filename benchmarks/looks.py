"""The page of ten pairs in headless Chromium, at three widths, light and dark: complaints, what is too wide, pictures.

``python -m benchmarks.looks FOLDER [--only WORD] [--docs]``. Lua and SQLite are built as benchmarks/ledger.py does, uv
comes from two wheels (``pip download``), the image is written by hand; the others are samples. FOLDER keeps the
pairs, which are not made twice, pages (.html), SARIF (.sarif), text (.text) and pictures (.png).
``--docs`` renews the two pictures in docs/images.
"""

from __future__ import annotations

import argparse
import base64
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tabulate import tabulate

from benchmarks import ledger
from benchmarks.layouts import compact, config_of, layout, tar_of
from benchmarks.pairs.debian import source_tree

HOUSE = Path(__file__).resolve().parents[1]
SAMPLES = HOUSE / "samples"
WIDTHS = (400, 900, 1400)
LARGEST = 1_500_000
"""Bytes of a page."""
TALLEST = 12_000
"""Pixels of a picture."""
SHOWN = "two-causes-path-and-time"
"""The sample whose page is shown in docs/ci.md."""
Sides = tuple[Path, Path]


def sample(name: str) -> Callable[[Path], Sides]:
    """Both files of a sample, or what stands in its directories."""
    return lambda work: (SAMPLES / name / "a", SAMPLES / name / "b")


def built(maker: Callable[[Path], list[ledger.Pair]]) -> Callable[[Path], Sides]:
    """The first pair of one of ledger.py's makers; what an earlier call has built is taken."""

    def make(work: Path) -> Sides:
        kept = [work / maker.__name__ / name / "program" for name in (ledger.SHORT, ledger.LONG)]
        if not all(path.exists() for path in kept):
            kept = [getattr(maker(work)[0], side) for side in "ab"]
        return kept[0], kept[1]

    return make


def uv(work: Path) -> Sides:
    """The program of two neighbouring versions."""
    out = []
    for version in ("0.13.8", "0.13.9"):
        folder = work / "uv" / version
        program = folder / "uv"
        if not program.exists():
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", f"uv=={version}", "-d", str(folder)]
            subprocess.run(command, check=True)
            with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
                name = next(name for name in wheel.namelist() if name.endswith("/scripts/uv"))
                program.write_bytes(wheel.read(name))
        out.append(program)
    return out[0], out[1]


def image(work: Path) -> Sides:
    """Two layouts: the sample's programs in one layer, times in the other, and a time in the config."""
    for side, time in (("a", 1_767_225_600), ("b", 1_769_904_123)):
        place = work / "image" / side
        if place.exists():
            continue
        programs = {f"usr/bin/{name}": (SAMPLES / name / side).read_bytes() for name in (SHOWN, "build-path-dwarf")}
        texts = {f"etc/app/{n}.conf": b"level = 3\n" * n for n in range(1, 8)}
        layers = [tar_of(programs), tar_of(texts, lambda info, time=time: setattr(info, "mtime", time))]
        created = {"a": "2026-01-01T00:00:00Z", "b": "2026-02-01T00:02:03Z"}[side]
        layout(place, layers, config=compact(config_of(layers, created=created)))
    return work / "image" / "a", work / "image" / "b"


def same(work: Path) -> Sides:
    """One file, and a copy of it."""
    copy = work / "same"
    copy.write_bytes((SAMPLES / SHOWN / "a").read_bytes())
    return SAMPLES / SHOWN / "a", copy


PAIRS: dict[str, Callable[[Path], Sides]] = {
    "small": sample(SHOWN),
    "lua": built(ledger.lua),
    "sqlite3": built(ledger.sqlite),
    "uv": uv,
    "link-order": sample("link-order"),
    "source-change": sample("source-change"),
    "archive": sample("archive-metadata"),
    "package": sample("package-deb"),
    "image": image,
    "identical": same,
}


def render(name: str, make: Callable[[Path], Sides], home: Path) -> Path:
    """The page; SARIF and text beside it."""
    outputs = [f"{form}={home / name}.{form}" for form in ("html", "sarif", "text")]
    compare(home, *make(home), *outputs)
    return home / f"{name}.html"


def compare(where: Path, a: Path, b: Path, *outputs: str) -> None:
    """elfdiff in directory ``where``."""
    options = [part for output in outputs for part in ("-f", output)]
    command = [sys.executable, "-m", "elfdiff", "compare", *options, "-q", "--exit-zero", str(a), str(b)]
    environment = {**os.environ, "PYTHONPATH": str(HOUSE)}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=where, env=environment)


def browser() -> Any:
    """Headless Chromium."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))


def views(driver: Any, page: Path) -> Iterator[tuple[str, str, Any]]:
    """The page at each width in each scheme, as it opens, and once with everything open: (scheme, what, width)."""
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            resize(driver, width, scheme)
            driver.get(page.as_uri())
            yield scheme, str(width), width
    resize(driver, WIDTHS[1], "light")
    driver.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    yield "light", f"{WIDTHS[1]}-open", WIDTHS[1]


def resize(driver: Any, width: int, scheme: str, height: int = 900) -> None:
    """Width in CSS pixels, and what prefers-color-scheme says."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def picture(driver: Any, target: Path, width: int, height: int, top: int = 0) -> None:
    """A part of the page as PNG."""
    clip = {"x": 0, "y": top, "width": width, "height": height, "scale": 1}
    options = {"captureBeyondViewport": True, "clip": clip}
    target.write_bytes(base64.b64decode(driver.execute_cdp_cmd("Page.captureScreenshot", options)["data"]))


def for_docs(driver: Any, home: Path) -> None:
    """The first screen in light colours, the byte map in dark ones; the page names no directory of this machine."""
    images = HOUSE / "docs" / "images"
    sides = Path("build-1/greet"), Path("build-2/greet")
    for side, path in zip("ab", sides, strict=True):
        (home / path).parent.mkdir(exist_ok=True)
        shutil.copyfile(SAMPLES / SHOWN / side, home / path)
    page = home / "shown.html"
    compare(home, *sides, f"html={page}")
    resize(driver, 920, "light")
    driver.get(page.as_uri())
    picture(driver, images / "report-first-screen.png", 920, 640)
    resize(driver, 920, "dark")
    script = "return [...document.querySelectorAll('h2')].find(h => h.textContent.startsWith('Byte map')).offsetTop"
    picture(driver, images / "report-byte-map.png", 920, 560, int(driver.execute_script(script)) - 10)


def main() -> int:
    """Make, open, look, print a row a page; 1 if a page complains, is too wide or too large."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--docs", action="store_true")
    arguments = parser.parse_args()
    home = arguments.folder.resolve()
    home.mkdir(parents=True, exist_ok=True)
    ledger.source = lambda work, package, wanted: source_tree(package, home)  # type: ignore[assignment]
    pages = {name: render(name, make, home) for name, make in PAIRS.items() if arguments.only in name}
    driver = browser()
    rows, bad = [], 0
    try:
        for name, page in pages.items():
            wide, said, heights = 0, 0, []
            for scheme, what, width in views(driver, page):
                said += len(driver.get_log("browser"))
                wide += driver.execute_script("return document.documentElement.scrollWidth") > width
                height = int(driver.execute_script("return document.documentElement.scrollHeight"))
                heights.append(height)
                picture(driver, home / f"{name}-{what}-{scheme}.png", width, min(height, TALLEST))
            size = page.stat().st_size
            bad += bool(said or wide or size > LARGEST)
            rows.append([name, size, heights[0], heights[4], heights[6], said, wide])
        if arguments.docs:
            for_docs(driver, home)
    finally:
        driver.quit()
    heads = ["pair", "bytes", f"height at {WIDTHS[0]}", f"at {WIDTHS[2]}", "all open", "complaints", "too wide"]
    print(tabulate(rows, headers=heads, tablefmt="github", intfmt=","))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
