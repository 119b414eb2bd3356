"""Build the documentation as a small site: this folder, the README and the pages that they link to.

python docs/site.py FOLDER        writes FOLDER/index.html and the rest; needs mkdocs (pip install -e '.[docs]')

The pages link to each other as they do in the repository, so the site has the same folders. A link to a page, a file or
a heading that is not there is an error. The site asks for nothing from elsewhere.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[1]
BESIDE = ("README.md", "CHANGELOG.md", "benchmarks/README.md", "templates/gitlab.yml", "action.yml")
"""What the pages link to beside themselves, the samples' pages and the schemas."""
NAV = {
    "Start": "README.md",
    "Use it": {
        "In CI": "docs/ci.md",
        "Build again and prove": "docs/rebuild.md",
        "One file": "docs/inspect.md",
        "Container images": "docs/images.md",
        "Dependency lists": "docs/sbom.md",
        "Provenance": "docs/provenance.md",
        "Many pairs": "docs/fleet.md",
        "Python": "docs/python.md",
        "The JSON report": "docs/report-schema.md",
    },
    "Causes": "docs/causes/index.md",
    "Toolchains": {"What each reads": "docs/toolchains.md", "Seven flags": "docs/flags.md", "Far ones": "docs/far.md"},
    "How it works": {
        "From bytes to report": "docs/how-elfdiff-works.md",
        "How often it is right": "docs/accuracy.md",
        "Reviews": "docs/reviews.md",
        "Benchmarks": "benchmarks/README.md",
    },
    "Contribute": {
        "A cause": "docs/contributing.md",
        "A format": "docs/adding-a-format.md",
        "A kind of file": "docs/adding-a-kind.md",
        "A machine": "docs/adding-a-machine.md",
    },
}
CONFIG = """\
site_name: elfdiff
docs_dir: pages
use_directory_urls: false
theme: {name: mkdocs, highlightjs: false, color_mode: auto, user_color_mode_toggle: true, locale: en}
plugins: [search]
markdown_extensions: [tables, fenced_code, {toc: {permalink: true}}]
exclude_docs: "!templates/"
validation: {not_found: warn, anchors: warn, absolute_links: warn, unrecognized_links: info, omitted_files: info}
"""


def stage(place: Path) -> None:
    """The pages under ``place``/pages in the repository's folders, and mkdocs.yml."""
    pages = place / "pages"
    shutil.copytree(HOUSE / "docs", pages / "docs", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    found = (path for pattern in ("samples/*/README.md", "elfdiff/schema/*.json") for path in HOUSE.glob(pattern))
    for name in (*BESIDE, *(path.relative_to(HOUSE).as_posix() for path in found)):
        (pages / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(HOUSE / name, pages / name)
    (place / "mkdocs.yml").write_text(f"{CONFIG}nav:\n" + "".join(_nav(NAV, "  ")))


def _nav(items: dict[str, object], indent: str) -> Iterator[str]:
    for title, what in items.items():
        if isinstance(what, dict):
            yield f'{indent}- "{title}":\n'
            yield from _nav(what, f"{indent}    ")
        else:
            yield f'{indent}- "{title}": {what}\n'


def build(folder: Path) -> str:
    """Write the site; what is wrong with it, empty if nothing is."""
    with tempfile.TemporaryDirectory() as name:
        stage(Path(name))
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--clean", "-d", str(folder.resolve())]
        done = subprocess.run(command, cwd=name, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    said = [line for line in done.stderr.splitlines() if not line.startswith(("INFO", "  - "))]
    return "\n".join(said) or f"mkdocs: exit {done.returncode}"


def main(arguments: Sequence[str]) -> int:
    """0 when the site is written and every link leads somewhere."""
    if len(arguments) != 1:
        print("usage: python docs/site.py FOLDER", file=sys.stderr)
        return 2
    wrong = build(Path(arguments[0]))
    if wrong:
        print(wrong, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
