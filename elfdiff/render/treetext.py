"""The report on two trees for a person: roots and the entries that they touch, sums, and one line for grep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from elfdiff.actions import Do
from elfdiff.render import wording
from elfdiff.render.escape import visible
from elfdiff.render.lines import Line, indented, paint
from elfdiff.render.plan import Plan, Step
from elfdiff.render.style import TextStyle
from elfdiff.render.text import ReportText
from elfdiff.report import FileFacts, Finding, Ledger, Report, Verdict
from elfdiff.tree import ContainerFacts, ImageFacts, Plain, Status, Tree, TreeEntry

MAX_NAMES = 3
MAX_LAYERS_SHOWN = 6
DIGEST_SHOWN = len("sha256:") + 12
_OF_DEBUG_FILES = Plan(
    "",
    (
        Step(
            Do("compare the debug packages (-dbgsym, -debuginfo), or directories that hold both packages of each build")
        ),
    ),
    "None kept? Rebuild b in a's directory, nothing else changed: if they are equal then, it was the directory.",
)
_DIFFERENT = (Status.CHANGED, Status.RENAMED, Status.METADATA, Status.FAILED)


def render_tree_text(
    tree: Tree, style: TextStyle, exit_code: int, allowed: Collection[str] = (), all_evidence: bool = False
) -> str:
    """The whole report, ending in the line for grep and a newline. As :func:`elfdiff.render.text.render_text`."""
    lines = _TreeText(tree, style, exit_code, allowed, all_evidence).lines()
    return "".join(f"{paint(line, style)}\n" for line in lines)


def tree_last_line(tree: Tree, exit_code: int) -> str:
    """The line for grep: that of a report, and how many entries differ."""
    line = wording.last_line(as_report(tree), exit_code)
    return line.replace(" exit=", f" entries={differing(tree)} exit=")


def differing(tree: Tree) -> int:
    """Entries that differ in anything, those of one side among them; what nested containers hold counts by itself."""
    return sum(_weight(entry) for entry in tree.entries)


def _weight(entry: TreeEntry) -> int:
    if entry.status is Status.SAME:
        return 0
    return max(differing(entry.report), 1) if isinstance(entry.report, Tree) else 1


def as_report(tree: Tree) -> Report:
    """What sentences about reports need to know of a tree."""
    return Report(
        tool_version=tree.tool_version,
        a=_facts(tree.a),
        b=_facts(tree.b),
        verdict=tree.verdict,
        fixable=tree.fixable,
        code=tree.code,
        findings=tuple(item.finding for item in tree.findings),
        ledger=tree.ledger,
        raw_differing=0,
        notes=tree.notes,
        incomparable=tree.incomparable,
        unfinished=tree.unfinished,
        allowed=tree.allowed,
        exit=tree.exit,
    )


def _facts(side: ContainerFacts) -> FileFacts:
    return FileFacts(side.path, side.size, side.sha256 or "")


def image_line(image: ImageFacts) -> str:
    """Which digests differ, in one sentence for people."""
    parts = [visible(image.platform)]
    if image.manifest_digest is None:
        parts.append("no manifest in one of the archives")
    else:
        parts.append(_digests("manifest", *image.manifest_digest))
    parts.append(_digests("config", *image.config_digest))
    words = {
        "added": "only in b",
        "removed": "only in a",
        "compression": "only its compression",
        "changed": "contents",
        "moved": "in another place",
    }
    layers = [
        f"layer {number}: {words[layer.status]}"
        for number, layer in enumerate(image.layers, 1)
        if layer.status in words
    ]
    shown = layers[:MAX_LAYERS_SHOWN]
    more = f" and {len(layers) - len(shown)} more" if len(layers) > len(shown) else ""
    parts.append(
        f"{len(layers)} of {len(image.layers)} layers differ ({', '.join(shown)}{more})"
        if layers
        else f"{len(image.layers)} layers have the same digests"
    )
    return "; ".join(parts)


def _digests(what: str, a: str, b: str) -> str:
    if a == b:
        return f"{what} digest the same, {_short(a)}"
    return f"{what} digest {_short(a)} became {_short(b)}"


def _short(digest: str) -> str:
    return digest[:DIGEST_SHOWN]


class _TreeText(ReportText):
    def __init__(
        self, tree: Tree, style: TextStyle, exit_code: int, allowed: Collection[str], all_evidence: bool
    ) -> None:
        self.tree = tree
        self.touched = {item.finding.cause: item for item in tree.findings}
        super().__init__(as_report(tree), style, exit_code, allowed, all_evidence)
        self.last = Line(tree_last_line(tree, exit_code), "dim")
        if tree.verdict is Verdict.CAUSE_NOT_IN_FILES:
            self.plan = _OF_DEBUG_FILES

    def _plan(self) -> Iterator[Line]:
        """Each step with the number of entries that its cause touches, where there are several."""
        plan = self.plan
        if plan is not None and differing(self.tree) > 1:
            self.plan = replace(plan, steps=tuple(self._counted(step) for step in plan.steps))
        yield from super()._plan()
        self.plan = plan

    def _counted(self, step: Step) -> Step:
        item = self.touched.get(step.cause or "")
        if item is None:
            return step
        count = f"{item.entries} of {max(differing(self.tree), item.entries)} entries"
        return replace(step, condition=", ".join(part for part in (count, step.condition) if part))

    def _finding(self, finding: Finding, level: int) -> Iterator[Line]:
        """The names behind the title, where they fit."""
        title, *rest = list(super()._finding(finding, level))
        yield title
        yield from indented(f"in {self._names(finding)}", self.style, 4)
        yield from rest

    def _names(self, finding: Finding) -> str:
        item = self.touched[finding.cause]
        shown = item.names if self.style.verbose else item.names[:MAX_NAMES]
        left = item.entries - len(shown)
        words = ", ".join(visible(name) for name in shown)
        return f"{words} and {left} more" if left > 0 else words

    def _tail(self) -> Iterator[Line]:
        yield from self._failed()
        yield from super()._tail()
        if self.tree.image is not None:
            yield from self._labelled("image", image_line(self.tree.image))
        if self.tree.entries:
            yield from self._labelled("entries", self._entries())

    def _failed(self) -> Iterator[Line]:
        failed = [entry for entry in self.tree.entries if entry.status is Status.FAILED]
        shown = failed if self.style.verbose else failed[:2]
        for entry in shown:
            yield from self._labelled("failed", entry.error or entry.name)
        if len(failed) > len(shown):
            yield from self._labelled("failed", f"{len(failed) - len(shown)} more: elfdiff -v")

    def _entries(self) -> str:
        leaves = list(_leaves(self.tree))
        kinds = Counter(_kind(entry) for entry in leaves if entry.status in _DIFFERENT)
        lone = Counter(entry.status for entry in leaves)
        total = sum(kinds.values())
        terms = [f"{count} {kind}" for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))]
        parts = [f"{total} differ = {' + '.join(terms)}" if terms else f"{total} differ"]
        parts += [f"{lone[Status.REMOVED]} only in a", f"{lone[Status.ADDED]} only in b"]
        parts.append(f"{lone[Status.SAME]} equal")
        return "; ".join(parts)

    def _bytes(self, ledger: Ledger) -> list[Line]:
        text, _, _ = wording.bytes_line(self.report, ledger).rpartition(" (")
        return self._labelled("bytes", text)

    def _notes(self) -> Iterator[Line]:
        left = [note for note in self.report.notes if not self._told(note)]
        self.report = replace(self.report, notes=tuple(left))
        yield from super()._notes()

    def _told(self, note: str) -> bool:
        return any(entry.status is Status.FAILED and entry.error == note for entry in self.tree.entries)


def _leaves(tree: Tree) -> Iterator[TreeEntry]:
    """Entries that hold no others; a compressed file is one, whatever it holds."""
    for entry in tree.entries:
        if isinstance(entry.report, Tree) and not _wraps(entry.report.entries):
            yield from _leaves(entry.report)
        else:
            yield entry


def _wraps(entries: Sequence[TreeEntry]) -> bool:
    return len(entries) == 1 and entries[0].name == "contents"


def _kind(entry: TreeEntry) -> str:
    if entry.status is Status.METADATA:
        return "metadata"
    if entry.status is Status.RENAMED:
        return "renamed"
    report = entry.report
    if isinstance(report, Report):
        return "ELF" if report.a.format is not None else "static archive"
    if isinstance(report, Plain):
        return report.kind
    if isinstance(report, Tree):
        return report.a.kind
    return "failed" if entry.status is Status.FAILED else (entry.a.kind if entry.a is not None else "file")
