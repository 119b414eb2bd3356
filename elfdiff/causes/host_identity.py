"""The user or the machine that built it is compiled in, or stored as the owner of files.

## What it looks like

    a  built by ci
    b  built by margarete

or `root@buildkitsandbox`, `runner@fv-az1423`, `root@3f9c2b7d1e55` (a container's ID is its host name), `on host
runner-7`. Same length or not, in C it is a string of `.rodata`; a longer name shifts what follows.

Archives and packages store an owner for each file: `1000/1000 alice/alice` in a tar or zip, where root would do.

## Why it happens

A build script, config.h or `-X main.builtBy=…` records `$USER`, `whoami`, `hostname`, `uname -n` or the GECOS field;
the kernel's banner holds `(user@host)`.

## How to be sure

The word stands where a text speaks of who or where: "built by", "compiled on", "host", "user@host". An e-mail address
or a default host in the source may change too; then nothing speaks of a build beside it, and elfdiff says "likely" or
"possible". Rebuild one side under the other's names (`unshare --uts`, a container with `--hostname`): if the text
follows, this was it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from elfdiff.causes._entries import by_face, changes_of, told
from elfdiff.causes._facts import became, is_in_code, lower, named_context, sources_differ, spelled, values
from elfdiff.causes._owners import BY_FORMAT, COMPILED, DEB, FIXES, GO, HELD, HELD_FIXES, MACHINE, RPM, TAR, ZIP
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import (
    Context,
    Evidence,
    EvidenceSet,
    PathChange,
    TextChange,
    TimeChange,
    WordChange,
    WordKind,
)
from elfdiff.patterns import late
from elfdiff.report import Fix, Role
from elfdiff.values import dataclass

_BUILD = late(
    r"(?i)\b(?:built|build|builder|compiled|compile|packaged|packager|linked|made|produced|prepared|generated|configured|uname|ci)\b"
    r"|\b(?:on|at) (?:host|node|machine)\b|_(?:built?|compiled?)_|linux version"
)
_ROLE = late(r"(?i)\b(?:user(?:name)?|logname|host(?:name)?|node(?:name)?|machine|whoami|login)\b\s*[:=]?")
_BY = late(
    r"(?i)\b(?:built|build|compiled|packaged|linked|made|produced|prepared|generated|"
    r"configured)[- ]?(?:by|on|at|host|user)?\b"
)
_RUNS = late(r"(?i)\b(?:runs?|running|drop(?:s|ped)? (?:privileges )?to|setuid|chown|switch(?:es)? to)\b")
_SERVICE = frozenset(
    (
        "nobody", "www-data", "daemon", "bin", "sys", "mail", "ftp", "http", "httpd", "apache", "nginx", "postgres",
        "mysql", "redis", "git", "sshd", "named", "bind", "proxy", "backup", "news", "uucp", "games", "man", "lp",
        "dovecot", "postfix", "systemd-network", "_www",
    )
)  # fmt: skip
"""Accounts of services, which programs run as."""
_CONTAINER = late(r"@[0-9a-f]{12}\Z")
_RUNNER = late(
    r"(?i)@(?:fv-az\d|runner|buildkit|build|ip-\d|localhost|jenkins)|\A(?:runner|jenkins|buildd?|root|mockbuild|abuild|nixbld\d*)@"
)
_BUILDER = late(
    r"(?:build(?:d|er|box|host|bot|slave)?|runner|ci|worker|node|agent|jenkins|host|vm|srv|server|ip|fv-az|localhost|"
    r"debian|ubuntu|fedora|docker|k8s|lxc)(?:[-_]?[0-9a-f-]{1,24})?(?:\.[a-z][\w.-]*)?\Z"
)
_WORD = late(r"[A-Za-z_][\w.-]{0,62}\Z")
_OBJECT = late(r"\b(?:user|username|logname|host|hostname|builder|packager)\b")
_MADE = late(r"\b(?:build|built|builder|compile|compiled|stamp|packager|ci)\b")
_GLUED = late(r"(?i)(?:built|build|compiled|packaged).{0,48}(?:by|user|host|on)\W*[a-z]{0,2}\Z")
_BUILT_BY = late(r"(?i)(?:built|compiled|packaged).{0,24}by\W*\Z")
_HOME = late(r"/(?:home|Users)/([A-Za-z_][\w.-]*)(?:/|\Z)")
_DIGIT = late(r"\d")
_ENDS = late(
    r"(?i)(?:\b(?:built|compiled|packaged|made) (?:by|on|at)|\b(?:on|at) host|\bhost(?:name)?:?|\bbuilder:?)\Z"
)
_NODE = late(r"\bLinux ([\w.-]+) \d+\.\d+\.\d+\S* (?:#\d|[a-z][a-z0-9_]+\b)")
"""Where uname -a or -snrm prints the name of the machine."""
_BY_ON = late(r"\bby ([A-Za-z_][\w.-]*) on ([\w.-]+)")
_NUMBERED = late(r"(?=[a-z0-9-]*[a-z])[a-z][a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,3}\Z")
_NO_NAME = late(
    r"(?:sha|md|utf|crc|ucs|base|iso|mp|ip|v|x|i|arm|aes|rc|level|version|type|mode|opt|col|row|key|fd)-?\d+\Z"
)
_MAIL = late(r"@[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|dev|edu|gov|de|fr|uk|eu|cn|jp|ru|info|me)\b")


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The kernel has variables of its own; Go programs get such names on the command line of the link."""
    held = tuple(fix for fix in HELD_FIXES if set(fix.reaches) & set(faces))
    return (*held, *(fix for fix in _compiled(context) if set(fix.reaches) & set(faces)))


def _compiled(context: Context) -> tuple[Fix, ...]:
    if "go" in context.languages:
        return (GO, FIXES[-1])
    return FIXES if context.kernel_module else FIXES[1:]


@cause(
    title="the user or host of the build is compiled in or stored",
    role=Role.ROOT,
    faces={
        COMPILED: "a user or host name is compiled in",
        MACHINE: "the name of the machine is compiled in, as hostname or uname -n print it",
        TAR: "a tar holds the owners of its files",
        DEB: "a Debian package holds the owners of its files",
        ZIP: "a zip holds the owners of its files",
        RPM: "an rpm holds the owners of its files, or the host that built it",
        HELD: "the owners of files are stored",
    },
    fixes=(*FIXES, GO, *HELD_FIXES),
    references=(
        "Debian reproducible notes: user_hostname_manually_added (77 packages), captures_users_gecos (12)",
        "Linux: Documentation/kbuild/reproducible-builds.rst (KBUILD_BUILD_USER, KBUILD_BUILD_HOST)",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Owners that containers store; then names in texts."""
    owners = (
        change for change in changes_of(evidence, "uid", "gid", "user", "group", "host") if change.container != "ar"
    )
    for face, changes in by_face(owners, BY_FORMAT, HELD):
        yield Claim(face, changes, Proof.RECORDED, told(changes))
    found: dict[Proof, list[_Name]] = {}
    signed = _signed(evidence)
    for word in evidence.of(WordChange):
        if is_in_code(word):
            continue
        proof = _judge(word) or (Proof.SHAPE if word in signed else None)
        if proof is not None:
            machine = word.kind is WordKind.HOST
            node = _NODE.search(word.context)
            printed = machine and node is not None and node[1] == word.a_word
            found.setdefault(proof, []).append(_Name(word.a_word, word.b_word, (word,), machine, printed))
    for proof, name in (*_objects(evidence), *_glued(evidence), *_apart(evidence), *_at_home(evidence)):
        found.setdefault(proof, []).append(name)
    for name in _known(evidence, found.get(Proof.RECORDED, ())):
        found.setdefault(Proof.RECORDED, []).append(name)
    for name in _bare(evidence):
        found.setdefault(Proof.CONSISTENT, []).append(name)
    for proof in (Proof.RECORDED, Proof.SHAPE, Proof.CONSISTENT):
        names = found.get(proof)
        if names:
            others = [name for level, more in found.items() if level is not proof for name in more]
            doubt = sources_differ(evidence)
            for face, holds in ((COMPILED, _is_users), (MACHINE, _is_machines)):
                chosen = list(filter(holds, (*names, *others)))
                if any(map(holds, names)):
                    yield Claim(
                        face,
                        tuple(fact for name in chosen for fact in name.facts),
                        lower(proof, doubt),
                        became(chosen[0].a, chosen[0].b),
                        "the sources differ too, so the name may have been changed there" if doubt else None,
                    )
            return


@dataclass(frozen=True, slots=True)
class _Name:
    """A name of each side, and the facts that hold it; ``printed`` says that uname wrote the name of the machine."""

    a: str
    b: str
    facts: tuple[Evidence, ...]
    machine: bool = False
    printed: bool = False


def _is_users(name: _Name) -> bool:
    """True for what an environment variable may have said: USER, or HOSTNAME."""
    return not name.printed


def _is_machines(name: _Name) -> bool:
    """True for a name that hostname or uname -n print, behind an @ too."""
    hosts = [side.partition("@")[2] for side in (name.a, name.b)]
    return name.machine or (all(hosts) and hosts[0] != hosts[1])


def _signed(evidence: EvidenceSet) -> list[WordChange]:
    """Words of "by NAME on MACHINE" where both changed, or one beside a time: build scripts sign so, authors do not."""
    changed: dict[str, list[WordChange]] = {}
    for word in evidence.of(WordChange):
        said = _BY_ON.search(word.context)
        if said and word.a_word in said.groups():
            changed.setdefault(word.context, []).append(word)
    dated = {time.context for time in evidence.of(TimeChange)}
    return [word for context, words in changed.items() if len(words) > 1 or context in dated for word in words]


def _bare(evidence: EvidenceSet) -> Iterator[_Name]:
    """A text that is a name of a machine as a whole, as builders are called, without a word that says so."""
    for text in evidence.of(TextChange):
        left, right = values(text)
        shown = [side for side in (left, right) if side]
        if text.fragment or not all(map(_WORD.match, shown)):
            continue
        if any(map(_BUILDER.match, shown)) or (len(shown) > 1 and _are_numbered(left, right)):
            yield _Name(left, right, (text,), machine=True)


def _are_numbered(a: str, b: str) -> bool:
    """True for two names as machines of a pool have them, lamb07 and i03-ch1b: letters and numbers, other letters."""
    letters = [_DIGIT.sub("", name) for name in (a, b)]
    return (
        all(_NUMBERED.match(name) and not _NO_NAME.match(name) and _DIGIT.search(name) for name in (a, b))
        and letters[0] != letters[1]
    )


def _known(evidence: EvidenceSet, names: Sequence[_Name]) -> Iterator[_Name]:
    """Texts that are, as a whole, names which stand elsewhere beside a word that says whose they are.

    Such texts are often no partners: each stands alone, or one beside the other's user. What then is left over on each
    side, one text, is the name that goes with it.
    """
    whole = [
        text
        for text in evidence.of(TextChange)
        if not text.fragment and all(_WORD.match(side) for side in values(text) if side)
    ]
    for a, b, machine in dict.fromkeys(part for name in names for part in _parts(name)):
        facts = [text for text in whole if values(text)[0] == a or values(text)[1] == b]
        if not any(values(text)[0] == a for text in facts) or not any(values(text)[1] == b for text in facts):
            continue
        yield _Name(a, b, tuple(facts), machine)
        rest = [{values(text)[side] for text in facts} - {name, ""} for side, name in enumerate((a, b))]
        for text in whole:
            sides = values(text)
            for side in (0, 1):
                if text not in facts and sides[side] and not sides[1 - side] and not rest[side]:
                    rest[side].add(sides[side])
                    facts.append(text)
        if all(len(names) == 1 for names in rest):
            yield _Name(rest[0].pop(), rest[1].pop(), tuple(facts))


def _parts(name: _Name) -> Iterator[tuple[str, str, bool]]:
    """User and host of user@host, else the name; True for that of a machine."""
    users = zip(name.a.split("@"), name.b.split("@"), strict=False)
    yield from ((a, b, name.machine or index == 1) for index, (a, b) in enumerate(users))


def _objects(evidence: EvidenceSet) -> Iterator[tuple[Proof, _Name]]:
    """A text that is a name as a whole, in an object whose own name says whose."""
    for text in evidence.of(TextChange):
        left, right = values(text)
        words = spelled(text.symbol)
        if _WORD.match(left) and _WORD.match(right) and _OBJECT.search(words):
            yield (Proof.RECORDED if _MADE.search(words) else Proof.SHAPE), _Name(left, right, (text,))


def _glued(evidence: EvidenceSet) -> Iterator[tuple[Proof, _Name]]:
    """Rust and Go put texts side by side: the name is what differs behind "built by"."""
    for text in evidence.of(TextChange):
        left, right = values(text)
        if not text.fragment or not left or not right:
            continue
        # A time may have changed in front of the name.
        head = _shared(_DIGIT.sub("0", left), _DIGIT.sub("0", right))
        if _GLUED.search(left[:head]) and _WORD.match(left[head:]) and _WORD.match(right[head:]):
            sure = _BUILT_BY.search(left[:head])
            yield (Proof.RECORDED if sure else Proof.SHAPE), _Name(left[head:], right[head:], (text,))


def _at_home(evidence: EvidenceSet) -> Iterator[tuple[Proof, _Name]]:
    """A text in which the owner of the one home directory became the owner of the other, or somebody else.

    The directories are those of paths that changed: a second witness of who built.
    """
    homes: dict[tuple[str | None, str | None], PathChange] = {}
    for path in evidence.of(PathChange):
        owners = [_HOME.search(f"{side}/") for side in (path.a_directory, path.b_directory)]
        a, b = (owner[1] if owner else None for owner in owners)
        if a != b:
            homes.setdefault((a, b), path)
    if not homes:
        return
    facts: list[TextChange | WordChange] = [*evidence.of(TextChange), *evidence.of(WordChange)]
    for fact in facts:
        left, right = (fact.a_word, fact.b_word) if isinstance(fact, WordChange) else values(fact)
        glued = isinstance(fact, TextChange) and fact.fragment
        for a, b in homes:
            found = _replaced(left, right, a, b, glued)
            if found:
                yield (Proof.RECORDED if a and b else Proof.SHAPE), _Name(*found, (fact,))
                break


def _replaced(left: str, right: str, a: str | None, b: str | None, glued: bool) -> tuple[str, str] | None:
    """Both names if the texts differ by them alone; ``a`` or ``b`` is None for a name that is not known.

    A name is a word of its own, unless texts are ``glued`` to each other.
    """
    if left == right or not left or not right:
        return None
    if a is None:
        swapped = _replaced(right, left, b, None, glued) if b is not None else None
        return swapped[::-1] if swapped else None
    for match in re.finditer(re.escape(a), left):
        head, tail = left[: match.start()], left[match.end() :]
        if not glued and (head[-1:].isalnum() or tail[:1].isalnum()):
            continue
        if len(right) < len(head) + len(tail) or not right.startswith(head) or not right.endswith(tail):
            continue
        other = right[len(head) : len(right) - len(tail)]
        if other == b or (b is None and _WORD.match(other)):
            return a, other
    return None


def _are_service(pair: tuple[str, str]) -> bool:
    return any(side in _SERVICE for side in pair)


def _shared(a: str, b: str) -> int:
    """How many characters at the start of both are the same."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _apart(evidence: EvidenceSet) -> Iterator[tuple[Proof, _Name]]:
    """Texts that were not recognised as partners, but differ in their last word only."""
    heads: list[dict[str, list[TextChange]]] = [{}, {}]
    for text in evidence.of(TextChange):
        sides = values(text)
        if text.fragment or (sides[0] and sides[1]):
            continue
        index = 0 if sides[0] else 1
        heads[index].setdefault(sides[index].rpartition(" ")[0], []).append(text)
    for head, left in heads[0].items():
        right = heads[1].get(head, [])
        if len(left) == len(right) == 1 and head and _ENDS.search(head):
            a, b = (values(text)[index].rpartition(" ")[2] for index, text in enumerate((left[0], right[0])))
            if _WORD.match(a) and _WORD.match(b):
                yield Proof.SHAPE, _Name(a, b, (left[0], right[0]))


def _judge(word: WordChange) -> Proof | None:
    """How sure it is that a word is the builder's name; None if nothing says so."""
    pair = word.a_word, word.b_word
    context = named_context(word)
    if word.kind is WordKind.USER_HOST and all("@" in side for side in pair):
        if any(_CONTAINER.search(side) or _RUNNER.search(side) for side in pair) or _BUILD.search(context):
            return Proof.RECORDED
        return Proof.CONSISTENT if all(_MAIL.search(side) for side in pair) else Proof.SHAPE
    words = spelled(word.symbol)
    whole = word.a_word == word.context.strip() and _OBJECT.search(words) and _MADE.search(words)
    if word.kind is WordKind.USER_HOST and not _BUILD.search(context) and (_RUNS.search(context) or _are_service(pair)):
        return Proof.CONSISTENT
    if word.kind is WordKind.USER_HOST:
        if _BY.search(context) or whole:
            return Proof.RECORDED
        return Proof.SHAPE if _ROLE.search(context) else None
    if word.kind is WordKind.HOST:
        node = _NODE.search(word.context)
        if node and node[1] == word.a_word:
            return Proof.RECORDED
        if _BUILD.search(context):
            return Proof.RECORDED
        return Proof.SHAPE if _ROLE.search(context) else None
    return None
