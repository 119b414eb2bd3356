"""Write docs/causes/: a page for each cause of the catalogue, and an index; docs/toolchains.md; and the schemas.

python docs/generate.py            writes them
python docs/generate.py --check    says which are stale, and fails if any is
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from elfdiff.causes import Cause, catalogue
from elfdiff.inspection.model import Inspection
from elfdiff.inspection.trees import TreeInspection
from elfdiff.rebuild.result import Rebuilt
from elfdiff.render.markdown import escaped, fenced
from elfdiff.render.pages import page_markdown
from elfdiff.render.wording import known_since
from elfdiff.report import Report, Role
from elfdiff.toolchains import ROWS, Purpose
from elfdiff.tree import Plain, Tree
from elfdiff.wire.records import document

FOLDER = Path(__file__).parent / "causes"
TABLE = Path(__file__).parent / "toolchains.md"
SCHEMAS = Path(__file__).parents[1] / "elfdiff" / "schema"

HEADINGS = {
    Role.ROOT: "Roots: things to fix",
    Role.INPUT: "Inputs: different things were built",
    Role.CONSEQUENCE: "Consequences: they follow from something else",
}


def pages(causes: Sequence[Cause]) -> Mapping[str, str]:
    """File name → text, for every page and the index."""
    found = {f"{cause.id}.md": page_markdown(cause) for cause in causes}
    return {**found, "index.md": index(causes)}


def index(causes: Sequence[Cause]) -> str:
    """All causes by role, each with its faces."""
    faces = sum(len(cause.faces) for cause in causes)
    blocks = [
        "# Why two builds differ",
        f"{len(causes)} causes with {faces} faces. A cause is one thing to do; its faces are where it shows. "
        "`elfdiff explain ID` prints a page, for the id of a cause or of a face.",
    ]
    for role, heading in HEADINGS.items():
        rows = [_row(cause) for cause in causes if cause.role is role]
        if rows:
            blocks += [f"## {heading}", "\n".join(["| cause | what it means | faces |", "|---|---|---|", *rows])]
    return "\n\n".join(blocks) + "\n"


def _row(cause: Cause) -> str:
    return f"| [{cause.id}]({cause.id}.md) | {cause.title} | {', '.join(cause.face_ids)} |"


def toolchains() -> str:
    """The table of toolchains, by purpose."""
    blocks = [
        "# How each toolchain is told",
        "The flags that elfdiff prints for these purposes come from this table (`elfdiff/toolchains/`). *Verified* "
        "names the version with which two builds in two directories, or at two times, were made equal; *read* means "
        "that only the source says so.",
    ]
    for purpose in Purpose:
        rows = [item for item in ROWS if item.purpose is purpose]
        blocks.append(f"## To {purpose.value}")
        for item in rows:
            facts = "; ".join(part for part in (known_since(item.since), item.note) if part)
            blocks.append(f"**{item.toolchain}**" + (f" ({escaped(facts)})" if facts else "") + ":")
            blocks.append(fenced([item.action.line]))
            blocks.append(f"Verified: {item.verified}. Source: {item.source}")
    return "\n\n".join(blocks) + "\n"


def schemas() -> Mapping[str, str]:
    """File name → JSON Schema of each model that is written by its dataclass."""
    titles: dict[type, str] = {
        Report: "A report: elfdiff A B -f json",
        Tree: "A tree: elfdiff A B -f json",
        Plain: "Two plain files",
        Rebuilt: "An experiment: elfdiff rebuild -f json",
        Inspection: "One file: elfdiff inspect FILE -f json",
        TreeInspection: "The files of a package, archive or directory: elfdiff inspect FILE -f json",
    }
    found = {}
    for kind, title in titles.items():
        schema = document(kind, title)
        found[f"{str(schema['$id']).removeprefix('elfdiff/').replace('/', '-')}.json"] = (
            json.dumps(schema, indent=1) + "\n"
        )
    return found


def stale(folder: Path = FOLDER) -> list[str]:
    """Names of pages and schemas that are missing, differ from the catalogue or the models, or belong to no cause."""
    wanted = pages(catalogue())
    found = {path.name: path.read_text("utf-8") for path in folder.glob("*.md")}
    differ = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if not TABLE.is_file() or TABLE.read_text("utf-8") != toolchains():
        differ.append(TABLE.name)
    kept = {name: SCHEMAS / name for name in schemas()}
    return differ + [
        name for name, text in schemas().items() if not kept[name].is_file() or kept[name].read_text("utf-8") != text
    ]


def write(folder: Path = FOLDER) -> None:
    """Bring the folder up to date."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pages(catalogue())
    for path in folder.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, "utf-8")
    TABLE.write_text(toolchains(), "utf-8")
    for name, text in schemas().items():
        (SCHEMAS / name).write_text(text, "utf-8")


def main(arguments: Sequence[str]) -> int:
    """0 when up to date or written, 1 when --check found a stale page."""
    if "--check" not in arguments:
        write()
        return 0
    names = stale()
    if names:
        print(f"stale, run python docs/generate.py: {', '.join(names)}")
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
