"""The state of the version control checkout is compiled in.

## What it looks like

`git describe` and commit ids in strings, here from two checkouts of one tree:

    a  v2.1.0-1-g7c9bc5f
    b  v2.1.0-1-g7c9bc5f-dirty

A Go program keeps them in `.go.buildinfo` and a copy in `.rodata`:

    build  vcs.revision=7c9bc5f0…    build  vcs.time=2026-03-01T12:00:00Z    build  vcs.modified=true
    mod    example.org/tool  v0.0.0-20260301120000-7c9bc5f0aa11+dirty

An archive instead of a checkout has no revision at all. Because texts of other length shift what follows, one stamp
changed 1,184,485 of 2.34 million bytes of a Go program.

## Why it happens

cmd/go stamps the commit since Go 1.18, and a pseudo-version of the main module since 1.24; build scripts run `git
describe` or `git rev-parse`; kernels append `-g<commit>` to their version. The answer depends on the commit, on
uncommitted files (`-dirty`), on tags that a shallow clone lacks, and on how many digits this clone needs to
abbreviate a commit (core.abbrev). A checkout may also change files: CRLF line ends, `$Id$` keywords, Git LFS pointers
in place of data.

## How to be sure

A word with the shape of a commit id in a text that names git, a commit or a revision is proof of the stamp, and so is
a `vcs.` setting. It is no proof that the sources were equal: another commit may bring another source, and what else
differs is then a change of the source. Compare `git diff a-commit b-commit`. A lone hexadecimal word may also be a
digest of something else; then elfdiff says "likely" at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from elfdiff.actions import AddWords, Do, Export
from elfdiff.causes._commits import two_commits
from elfdiff.causes._facts import became, named_context, values
from elfdiff.causes._images import REVISION, image_revisions
from elfdiff.causes._tools import languages
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import (
    Context,
    DependencyDrift,
    Evidence,
    EvidenceSet,
    GoSettingChange,
    TextChange,
    TimeChange,
    WordChange,
    WordKind,
)
from elfdiff.patterns import late
from elfdiff.report import Effect, Fix, Role

_NAMED = late(
    r"(?i)\b(?:git|commit|revision|rev|vcs|describe|sha1?|hg|changeset|head|branch|tag|src(?:version)?|snapshot)\b|[-+]dirty\b|vcs[._]"
)
_METADATA = late(r"\d\.\d[\w.~-]*\+(?:\w+\.)*\Z")
_PSEUDO = late(r"\d{14}-[0-9a-f]{12}(?:\+\w+)?\Z|\+dirty\Z|\(devel\)")
_KEYWORD = late(
    r"\$(Id|Ident|Revision|Rev|Date|Author|Header|Source|URL|HeadURL|LastChanged\w{2,8}|RCSfile)(:[^$\n]{0,400})?\$"
)
"""What RCS, CVS and Subversion fill in, and git with the attribute ident."""
_FORMAT = late(r"\$Format:[^$\n]{1,200}\$")
"""What git archive fills in where the attribute export-subst is set (gitattributes(5))."""
_ANY_KEYWORD = late(f"{_KEYWORD.pattern}|{_FORMAT.pattern}")
_ID = late(r"[0-9a-f]{7,40}\Z")
_LENGTHS = frozenset({7, 9, 10, 11, 12, 40})
"""How long commit ids are written; 8 is left out, as CRC-32 sums are that long."""
_LFS = "version https://git-lfs"

VARIABLE = "vcs-go-variable"
ABBREVIATION = "vcs-abbreviation"

_GO = Fix(
    "go",
    AddWords(("GOFLAGS",), ("-buildvcs=false",)),
    Effect.REMOVES,
    ("vcs-revision",),
    since="go 1.18",
    note="reaches what cmd/go stamps; a revision given with -ldflags -X must be left out there",
)
_VARIABLE = Fix(
    "go",
    Do('leave the commit out of -ldflags "-X …=…", or build both from one commit'),
    Effect.REMOVES,
    (VARIABLE,),
    note="-buildvcs=false does not reach it",
)
_SAME = Fix(
    "any",
    Do(
        "build both sides from the same commit: a full clone, a clean tree (git status prints nothing), "
        "the same core.abbrev"
    ),
    Effect.REMOVES,
    ("vcs-revision",),
    note="letting the build script write a fixed version instead of asking git does as well",
)
_ABBREV = Fix(
    "any",
    Do(
        "let the build script ask for as many digits in every clone: git describe --abbrev=12, git rev-parse --short=12"
    ),
    Effect.REMOVES,
    (ABBREVIATION,),
    note="else git takes as many as tell this clone's commits apart, or as core.abbrev says",
)
_KERNEL = Fix(
    "kbuild",
    Export("LOCALVERSION", ""),
    Effect.REMOVES,
    ("vcs-revision",),
    note="needs CONFIG_LOCALVERSION_AUTO=n; the + of a tree off its tag goes too",
)
_CHECKOUT = Fix(
    "git",
    Do(
        "check both trees out alike: git config core.autocrlf false, eol=lf in .gitattributes, git lfs "
        "pull, pinned submodules"
    ),
    Effect.REMOVES,
    ("vcs-checkout-artifacts",),
)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """What stamped it decides: cmd/go, kbuild, or a build script."""
    found: list[Fix] = []
    if "vcs-revision" in faces:
        if "go" in languages(context):
            found.append(_GO)
        if context.kernel_module:
            found.append(_KERNEL)
        found.append(_SAME)
    if ABBREVIATION in faces:
        found.append(_ABBREV)
    if VARIABLE in faces:
        found.append(_VARIABLE)
    if "vcs-checkout-artifacts" in faces:
        found.append(_CHECKOUT)
    return tuple(found)


@cause(
    title="the version control state is compiled in",
    role=Role.ROOT,
    faces={
        "vcs-revision": "a commit, tag or dirty mark is compiled in",
        ABBREVIATION: "one commit, abbreviated to other lengths",
        VARIABLE: "go's linker was given a commit (-ldflags -X)",
        REVISION: "the commit or version in a label of an image",
        "vcs-checkout-artifacts": "the checkout changed files (line ends, keywords, LFS pointers)",
    },
    fixes=(_GO, _KERNEL, _SAME, _ABBREV, _VARIABLE, _CHECKOUT),
    references=(
        "Go 1.18 release notes: version control information; Go 1.24: pseudo-versions (golang/go#50603)",
        "Linux: Documentation/kbuild/reproducible-builds.rst",
        "git-describe(1)",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    yield from _stamped(evidence)
    yield from _checkout(evidence)
    yield from image_revisions(evidence)


_COMMITS = (WordKind.REVISION, WordKind.DESCRIBE)
_BEFORE_COMMIT = late(r"\A(?:.*-g(?=[0-9a-f]{7,40}\Z)|[a-z0-9]+[-_:.@+])")


def _is_cut(word: WordChange) -> bool:
    """True if one word is the other without its last digits, both of the length of an abbreviated commit."""
    short, long = sorted((word.a_word, word.b_word), key=len)
    digits = [_BEFORE_COMMIT.sub("", side) for side in (short, long)]
    return short != long and long.startswith(short) and all(_ID.match(side) for side in digits)


def _is_drawn(word: Evidence) -> bool:
    """True if both values mix digits and letters, as digests do and words (deadbee) and numbers do not."""
    sides = (word.a_word, word.b_word) if isinstance(word, WordChange) else ()
    return all(re.search(r"\d", side) and re.search(r"[a-f]", side) for side in sides)


def _is_usual(word: WordChange) -> bool:
    """True for words as long as git abbreviates commits, and for those that follow a version and a plus sign, where
    Semantic Versioning 2.0.0 (section 10) has what tells the build."""
    before = word.context.partition(word.a_word)[0]
    return {len(word.a_word), len(word.b_word)} <= _LENGTHS or bool(_METADATA.search(before))


def _stamped(evidence: EvidenceSet) -> Iterator[Claim]:
    settings = [change for change in evidence.of(GoSettingChange) if change.key.startswith("vcs")]
    cut = [word for word in evidence.of(WordChange) if word.kind in _COMMITS and _is_cut(word)]
    if cut:
        said = cut[0].kind is WordKind.DESCRIBE or _NAMED.search(named_context(cut[0]))
        digits = (len(_BEFORE_COMMIT.sub("", word)) for word in (cut[0].a_word, cut[0].b_word))
        summary = "one commit, with {} digits in a and {} in b".format(*digits)
        yield Claim(ABBREVIATION, tuple(cut), Proof.RECORDED if said else Proof.SHAPE, summary)
    words = [
        w
        for w in evidence.of(WordChange)
        # Nobody writes a commit as a number; Cython's "Incompatible checksums (0x%x vs 0x3fa45b6)" does.
        if w.kind in _COMMITS and w not in cut and not w.a_word.startswith("0x") and f"0x{w.a_word}" not in w.context
    ]
    known = {value for change in settings for value in (change.a_value, change.b_value) if value}
    sure: list[Evidence] = list(settings)
    unsure: list[Evidence] = []
    for word in words:
        if word.kind is WordKind.DESCRIBE or _NAMED.search(named_context(word)) or {word.a_word, word.b_word} & known:
            sure.append(word)
        else:
            unsure.append(word)
    if settings:
        sure += [d for d in evidence.of(DependencyDrift) if d.local and _is_stamp(d)]
        sure += [t for t in evidence.of(TimeChange) if "vcs.time" in t.context or t.section == ".go.buildinfo"]
    given = {(w.a_word, w.b_word) for w in words if w.section == ".go.buildinfo" and "-X" in w.context}
    variables = [w for w in (*sure, *unsure) if isinstance(w, WordChange) and (w.a_word, w.b_word) in given]
    commits = two_commits(evidence)
    if variables and not commits:
        named = any(map(sure.__contains__, variables))
        level = Proof.RECORDED if named else Proof.SHAPE
        yield Claim(VARIABLE, tuple(variables), level, became(variables[0].a_word, variables[0].b_word))
        sure, unsure = ([fact for fact in facts if fact not in variables] for facts in (sure, unsure))
    if commits:
        return  # the sources differ: no stamp that is left out makes the builds equal
    if sure:
        yield Claim("vcs-revision", tuple(sure + unsure), Proof.RECORDED, _summary(sure), _note(sure))
    elif unsure:
        usual = all(isinstance(w, WordChange) and _is_usual(w) for w in unsure)
        yield Claim(
            "vcs-revision",
            tuple(unsure),
            Proof.SHAPE if usual and all(map(_is_drawn, unsure)) else Proof.CONSISTENT,
            _summary(unsure),
            "nothing beside it says that it is a commit; a digest looks the same",
        )


def _is_stamp(drift: DependencyDrift) -> bool:
    versions = [version or "" for version in (drift.a_version, drift.b_version)]
    return any(_PSEUDO.search(version) for version in versions)


def _summary(found: list[Evidence]) -> str:
    for item in found:
        if isinstance(item, WordChange):
            return became(item.a_word, item.b_word)
    for item in found:
        if isinstance(item, GoSettingChange):
            return f"{item.key}={item.a_value or 'unset'} in a, {item.b_value or 'unset'} in b"
    return ""


def _note(found: list[Evidence]) -> str | None:
    settings = {item.key: item for item in found if isinstance(item, GoSettingChange)}
    for item in found:
        if isinstance(item, WordChange):
            bare = [re.sub(r"[-+]dirty\Z", "", word) for word in (item.a_word, item.b_word)]
            if bare[0] == bare[1] and all(bare):
                return "one tree had uncommitted changes"
    revision = settings.get("vcs.revision")
    if revision and not (revision.a_value and revision.b_value):
        return "one side was built outside a checkout, or with -buildvcs=false"
    if settings and not revision:
        return "the commit is the same; one tree had uncommitted changes"
    return "the commits differ, so the sources may differ too"


def _checkout(evidence: EvidenceSet) -> Iterator[Claim]:
    ends: list[Evidence] = []
    pointers: list[Evidence] = []
    keywords: list[TextChange] = []
    for text in evidence.of(TextChange):
        left, right = values(text)
        if left.startswith(_LFS) != right.startswith(_LFS):
            pointers.append(text)
        elif left != right and left and right and _plain_ends(left) == _plain_ends(right):
            ends.append(text)
        elif left != right and _same_but_for_keywords(left, right):
            keywords.append(text)
    if pointers:
        yield Claim(
            "vcs-checkout-artifacts",
            tuple(pointers),
            Proof.RECORDED,
            "one side embeds a Git LFS pointer where the other has the data",
        )
    if keywords:
        one_side = all(_expanded(left) != _expanded(right) for left, right in map(values, keywords))
        yield Claim(
            "vcs-checkout-artifacts",
            tuple(keywords),
            Proof.RECORDED if one_side else Proof.SHAPE,
            "texts differ only in a keyword that version control fills in",
            None if one_side else "the keyword names another commit of the file: the sources may differ too",
        )
    if ends:
        yield Claim(
            "vcs-checkout-artifacts",
            tuple(ends),
            Proof.RECORDED if len(ends) > 1 else Proof.SHAPE,
            "texts differ only in their line ends, CRLF and LF",
        )


def _same_but_for_keywords(left: str, right: str) -> bool:
    """True if only what stands in ``$Id: …$`` differs, or git archive filled in ``$Format:…$`` on one side."""
    bare = [_KEYWORD.sub(r"$\1$", text) for text in (left, right)]
    if bare[0] == bare[1]:
        return True
    for template, filled in ((left, right), (right, left)):
        pieces = _FORMAT.split(template)
        if len(pieces) > 1 and not _FORMAT.search(filled) and len("".join(pieces)) + len(pieces) <= len(filled) + 1:
            return re.fullmatch("(.*)".join(re.escape(piece) for piece in pieces[:4]), filled, re.DOTALL) is not None
    return False


def _expanded(text: str) -> bool:
    return any(match[2] for match in _KEYWORD.finditer(text)) or not ("$" in text and _ANY_KEYWORD.search(text))


def _plain_ends(text: str) -> str:
    """The text with LF line ends, whether its control characters are raw or escaped."""
    return text.replace("\r\n", "\n").replace("\\r\\n", "\\n").removesuffix("\r").removesuffix("\\r")
