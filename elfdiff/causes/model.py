"""Cause and Claim: what a root cause is, and what its detector offers."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterable
from enum import StrEnum
from types import ModuleType

from elfdiff.evidence.model import Context, Evidence, EvidenceSet
from elfdiff.report import Confidence, Effect, Fix, Role
from elfdiff.values import dataclass

Detector = Callable[[EvidenceSet], Iterable["Claim"]]
Residue = Callable[[EvidenceSet, "Others"], Iterable["Claim"]]
FixChooser = Callable[[Context, tuple[str, ...]], tuple[Fix, ...]]


class Proof(StrEnum):
    """Why a claim is to be believed, strongest first."""

    REPLAYED = "replayed exactly"
    """A rule turns what a holds into what b holds, to the byte: a rewrite, a permutation, a collation."""
    RECORDED = "recorded by the toolchain"
    """A field, a note, a digest or a text of known form says so."""
    SHAPE = "a shape seen in texts"
    """It looks as this cause makes it look, and seldom otherwise."""
    CONSISTENT = "only consistent"
    """Nothing speaks against it, and something else may have done the same."""

    @property
    def confidence(self) -> Confidence:
        """What a claim is worth that nothing supports and nothing contests."""
        return _WORTH[self]


_WORTH = {
    Proof.REPLAYED: Confidence.CERTAIN,
    Proof.RECORDED: Confidence.CERTAIN,
    Proof.SHAPE: Confidence.LIKELY,
    Proof.CONSISTENT: Confidence.POSSIBLE,
}


class Fallout(StrEnum):
    """What a cause may bring about beside the facts that it is known by."""

    HASHES = "hashes of crates"
    PROFILE = "hashes of crates and codegen units"
    ORDER = "the order of functions"


@dataclass(frozen=True, slots=True)
class Claim:
    """A detector's offer: these facts show this face, and how that is known.

    ``summary`` is a phrase with this pair's own values ("/w/a became /tmp/b2"); ``note`` a caveat for people.
    ``explains_code`` says that the cause, when present, may change machine code and symbols (a toolchain, flags, a
    dependency): then code differences are its fallout, as is what ``explains`` names. A claim is withdrawn where a
    claim of another cause explains what stands in ``unless``. ``apart``: the two files are not builds of one program.
    """

    face: str
    because: tuple[Evidence, ...]
    proof: Proof
    summary: str = ""
    note: str | None = None
    explains_code: bool = False
    explains: tuple[Fallout, ...] = ()
    unless: tuple[Fallout, ...] = ()
    apart: bool = False

    @property
    def confidence(self) -> Confidence:
        """What the claim is worth by itself."""
        return self.proof.confidence


@dataclass(frozen=True, slots=True)
class Others:
    """What the other causes said, for one that speaks last.

    ``claims`` are theirs and its own first ones. ``owned`` are the ids of facts that a root or an input claims with
    more than possibility, ``doubted`` the facts of roots that are possible only, ``followed`` the ids of facts that
    consequences claim. ``explains_code``: code and texts may be the fallout of another cause.
    """

    claims: tuple[Claim, ...] = ()
    owned: frozenset[int] = frozenset()
    doubted: tuple[Evidence, ...] = ()
    followed: frozenset[int] = frozenset()
    explains_code: bool = False

    def explain(self, what: Fallout) -> bool:
        """True if any of them, sure or not, explains this."""
        return any(what in claim.explains for claim in self.claims)


@dataclass(frozen=True)
class Cause:
    """One root of the catalogue. ``id`` is its module's name with hyphens; ``doc`` its page in Markdown.

    ``fixes`` are all fixes the page lists; ``choose`` narrows and orders them for one pair (best first). ``faces``
    maps face id →
    one-line title. ``references`` are (title, where) of public sources. ``after_link`` says that the cause acts on
    finished files too: where one file is proved to be the other one, changed after its link, only such causes speak.
    ``of_two_programs``: it can be said of files that are not builds of one program. ``residue`` speaks last, of facts
    that nobody else claimed. ``unread``: what it may change is not told by values (of a time,
    a path, a signature) with a place of their own, so an edit elsewhere could be taken for its work.
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
    of_two_programs: bool = False
    residue: Residue | None = None
    unread: bool = False

    @property
    def maskable(self) -> bool:
        """False where a planted edit could not be told from what the cause does: real inputs, and ``unread`` causes."""
        return self.role is not Role.INPUT and not self.unread

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
    of_two_programs: bool = False,
    residue: Residue | None = None,
    unread: bool = False,
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
            of_two_programs=of_two_programs,
            residue=residue,
            unread=unread,
        )

    return wrap


def _page(module: ModuleType) -> str:
    """The module's docstring; read from its source where ``python -OO`` dropped it."""
    if module.__doc__ is not None:
        return inspect.cleandoc(module.__doc__)
    with open(module.__file__ or "", encoding="utf-8") as source:
        return ast.get_docstring(ast.parse(source.read())) or ""
