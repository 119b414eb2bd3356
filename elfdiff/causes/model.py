"""Cause and Match: what a root cause is, and what a detector yields."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType

from elfdiff.causes._programs import two_programs
from elfdiff.evidence.model import Context, Evidence, EvidenceSet
from elfdiff.report import Confidence, Effect, Fix, Role
from elfdiff.values import dataclass

Detector = Callable[[EvidenceSet], Iterable["Match"]]
FixChooser = Callable[[Context, tuple[str, ...]], tuple[Fix, ...]]


@dataclass(frozen=True, slots=True)
class Match:
    """A detector's claim: this face shows, because of these facts.

    ``summary`` is a phrase with this pair's own values ("/w/a became /tmp/b2"); ``note`` a caveat for people.
    ``confidence`` may be lowered, never raised, by the pipeline. ``explains_code`` says that the cause, when present,
    may change
    machine code and symbols (a toolchain, flags, a dependency): then code differences are its fallout.
    """

    face: str
    because: tuple[Evidence, ...]
    confidence: Confidence
    summary: str = ""
    note: str | None = None
    explains_code: bool = False


@dataclass(frozen=True)
class Cause:
    """One root of the catalogue. ``id`` is its module's name with hyphens; ``doc`` its page in Markdown.

    ``fixes`` are all fixes the page lists; ``choose`` narrows and orders them for one pair (best first). ``faces``
    maps face id →
    one-line title. ``references`` are (title, where) of public sources. ``after_link`` says that the cause acts on
    finished files too: where one file is proved to be the other one, changed after its link, only such causes speak.
    """

    id: str
    title: str
    role: Role
    fixes: tuple[Fix, ...]
    references: tuple[str, ...]
    faces: tuple[tuple[str, str], ...]
    doc: str
    detect: Detector
    choose: FixChooser | None = None
    after_link: bool = False

    @property
    def face_ids(self) -> tuple[str, ...]:
        """The ids of its faces."""
        return tuple(face for face, _ in self.faces)

    def fixes_for(self, context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
        """The fixes that fit this pair, best first; removing ones before masking ones."""
        chosen = self.choose(context, faces) if self.choose else self.fixes
        return tuple(sorted(chosen, key=lambda fix: fix.effect is Effect.MASKS))


def cause(
    *,
    title: str,
    role: Role,
    faces: dict[str, str],
    fixes: tuple[Fix, ...] = (),
    references: tuple[str, ...] = (),
    choose: FixChooser | None = None,
    after_link: bool = False,
) -> Callable[[Detector], Cause]:
    """Make the module's ``detect`` function its Cause; the module's docstring becomes the page.

    The name bound to the decorated function in the module must be ``detect``: that is how the catalogue finds it.
    """

    def wrap(detect: Detector) -> Cause:
        module = sys.modules[detect.__module__]
        name = detect.__module__.rsplit(".", 1)[-1].replace("_", "-")
        return Cause(
            id=name,
            title=title,
            role=role,
            fixes=fixes,
            references=references,
            faces=tuple(faces.items()),
            doc=_page(module),
            detect=detect,
            choose=choose,
            after_link=after_link,
        )

    return wrap


def _page(module: ModuleType) -> str:
    """The module's docstring; read from its source where ``python -OO`` dropped it."""
    if module.__doc__ is not None:
        return inspect.cleandoc(module.__doc__)
    return ast.get_docstring(ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))) or ""


_OF_TWO_PROGRAMS = frozenset({"source-change", "toolchain-version", "content-hash"})
"""What can still be said where the files are not two builds of one program."""


def matches_of(causes: Iterable[Cause], evidence: EvidenceSet) -> Iterator[tuple[Cause, Match]]:
    """Every claim of every cause, in catalogue order."""
    finished = evidence.changed_after_link is not None
    apart = two_programs(evidence) is not None
    for item in causes:
        if (finished and not item.after_link) or (apart and item.id not in _OF_TWO_PROGRAMS):
            continue
        for match in item.detect(evidence):
            yield item, match
