"""Compare two texts word by word, and name the kind of each word that changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from elfdiff.evidence.model import Stamp, WordKind
from elfdiff.evidence.temporary import drawn_component
from elfdiff.evidence.times import stamps_in
from elfdiff.patterns import late
from elfdiff.values import dataclass

_SPLIT = late(r"[^\s,;\"'()\[\]<>=|`]+")
_UUID = late(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_DESCRIBE = late(r"(?:[\w./]+-)?\d+-g[0-9a-f]{7,40}(?:-dirty)?\Z")
_LOCAL_VERSION = late(r".*-g[0-9a-f]{7,40}(?:-dirty)?\Z")
_HEX = late(r"(?:0x)?(?:[0-9a-f]+|[0-9A-F]+)\Z")
_NUMBER_INSIDE = late(r"(?P<head>[^/]*?[-_+:.~{@])(?P<core>[0-9a-fA-F]{7,})(?P<tail>[}.:!?]?)")
_TAGGED = late(r"(?:git|commit|rev|sha1?|hg)[-_:.@+](?=[0-9a-f]*\d)[0-9a-f]{7,40}(?:[-+]dirty)?\Z")
"""A commit with the word before it that says so: git-0123abc."""
_USER_HOST = late(r"[A-Za-z_][\w.-]*@[\w.-]+\Z")
_KERNEL = late(r"(?:Linux[-/_])?\d+\.\d+(?:\.\d+)?(?:[-+.][\w.+~-]+)?\Z")
_FLAVOUR = late(
    r"(?:Linux[-/_])?[2-9]\.\d{1,2}\.\d+[-.\d]*[-.](?:arch\d+(?:-\d+)?|(?:cloud-|rt-)?(?:amd64|arm64|armmp|686(?:-pae)?)|"
    r"generic|lowlatency|default|azure|aws|gcp|oracle|virt|lts|zen\d*(?:-\d+)?|hardened\d*(?:-\d+)?|kvm|pve|raspi|"
    r"microsoft-standard\S*|linuxkit|gentoo\S*|(?:el|fc|amzn)\d\w*(?:\.\w+)*)\Z"
)
"""A kernel's release with the suffix that its distribution gives it: nothing else is called so."""
_MACHINE = r"(?:x86_64|i[3-6]86|aarch64|arm\w+|ppc\w*|s390x|riscv64|mips\w*|sparc64|loongarch64|alpha|m68k|ia64)\b"
_UNAME = (
    late(rf"\bLinux (?P<host>[\w.-]+) (?P<kernel>\d+\.\d+\.\d+[\w.+~-]* #\d[^\n]*? {_MACHINE})"),
    late(rf"\bLinux (?P<host>[\w.-]+) (?P<kernel>\d+\.\d+\.\d+[\w.+~-]*)(?= {_MACHINE})"),
    late(r"\A(?P<kernel>#\d+(?:[-~][\w.~-]+ (?:SMP|PREEMPT)\b[^\n]*| (?:SMP|PREEMPT)\b[^\n]* \d+\.\d+\.\d+[^\n]*))\Z"),
)
"""The output of uname -a, -snrm and -v: the date in it is the kernel's own, and so is the revision.

Of -v only what names a distribution's kernel: a kernel's own banner holds the counter and the clock of its build."""
_VERSION = late(r"v?\d+(?:\.\d+)+(?:[-+~.][\w.+~-]+)?\Z")
_HOST = late(r"[\w.-]+\Z")
_NUMBER = late(r"#?\d{1,12}\Z")
_TEMPORARY = late(
    r"(?:/|^)(?:(?:cc|gplc)[A-Za-z0-9]{6}(?=[./]|\Z)|go-build\d{5,}|rustc[A-Za-z0-9]{6}(?=/|\Z)|tmp[a-z0-9_]{8}(?=/|\Z)|tmp\.[A-Za-z0-9]{6,10}(?=/|\Z)|"
    r"\.tmp[A-Za-z0-9]{6}(?=/|\Z)|pip-[a-z-]+-[a-z0-9_]{8}|caml(?:startup|pp|obj)?[0-9a-f]{6}|nix-build-[^/]+\.drv-\d+|tmpxft_[0-9a-f]{8}_[0-9a-f]{8})"
)
_RANDOM = late(r"(?=.*[0-9])(?=.*[a-zA-Z])[A-Za-z0-9]{16,}\Z")
_HOST_BEFORE = late(r"(?i)(?:(?:\b|build[ _-]?)host(?:name)?|\bnode(?:name)?|\bmachine|\bbuilt on|\bbuilder|\bon)\W*\Z")
_USER_BEFORE = late(
    r"(?i)(?:(?:\b|build[ _-]?)user(?:name)?|\blogname|buil[dt][ _-]?by|\bby|\bpackager|\bcompiled by)\W*\Z"
)
_COUNTER_BEFORE = late(
    r"(?i)(?:\bbuild(?: ?(?:number|no\.?|id|counter|nr))?|(?:\b|_)(?:run|job|pipeline)(?:[ _]?(?:id|number))?|#)"
    r"[\s:#=_-]*\Z"
)
_REVISION_BEFORE = late(r"(?i)(?:commit|revision|\brev|\bgit(?!hub|lab|ea)|sha1?|\bhg|vcs|describe|\bref)[\w.]*\W*\Z")
_BUILD_ID_BEFORE = late(r"(?i)\bbuild[ _-]?id(?:\[\w+\])?[=: ]*\Z")
"""As file(1) and readelf write it: ``BuildID[sha1]=…``, ``Build ID: …``."""
_KERNEL_CONTEXT = late(r"(?i)linux|kernel|uname|\bCMAKE_(?:HOST_)?SYSTEM")

SPELLED_OUT = 4
"""Letters of a name that is no abbreviation."""

_FOREIGN_NAMES = frozenset(
    # German, French, Spanish, Italian, Portuguese, Dutch, Polish, Swedish/Danish/Norwegian, Turkish, Russian,
    # Japanese, Chinese
    [
        "mo",
        "di",
        "mi",
        "do",
        "fr",
        "sa",
        "so",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonntag",
        "mär",
        "märz",
        "mai",
        "okt",
        "oktober",
        "dez",
        "dezember",
        "januar",
        "februar",
        "juni",
        "juli",
        "lun",
        "mar",
        "mer",
        "jeu",
        "ven",
        "sam",
        "dim",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "janv",
        "févr",
        "mars",
        "avril",
        "juin",
        "juil",
        "août",
        "sept",
        "déc",
        "janvier",
        "février",
        "juillet",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
        "lunes",
        "martes",
        "miércoles",
        "jueves",
        "viernes",
        "sábado",
        "domingo",
        "mié",
        "jue",
        "vie",
        "sáb",
        "dom",
        "ene",
        "abr",
        "ago",
        "dic",
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "noviembre",
        "diciembre",
        "gen",
        "mag",
        "giu",
        "lug",
        "set",
        "ott",
        "gennaio",
        "febbraio",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "settembre",
        "ottobre",
        "dicembre",
        "seg",
        "ter",
        "qua",
        "qui",
        "sex",
        "fev",
        "out",
        "dez",
        "janeiro",
        "fevereiro",
        "março",
        "maio",
        "junho",
        "julho",
        "setembro",
        "outubro",
        "dezembro",
        "ma",
        "wo",
        "za",
        "zo",
        "mrt",
        "mei",
        "maart",
        "augustus",
        "pon",
        "wto",
        "śro",
        "czw",
        "pią",
        "sob",
        "nie",
        "sty",
        "lut",
        "kwi",
        "maj",
        "cze",
        "lip",
        "sie",
        "wrz",
        "paź",
        "lis",
        "gru",
        "mån",
        "tis",
        "ons",
        "tor",
        "fre",
        "lör",
        "sön",
        "aug",
        "oca",
        "şub",
        "nis",
        "may",
        "haz",
        "tem",
        "ağu",
        "eyl",
        "eki",
        "kas",
        "ara",
        "pzt",
        "sal",
        "çar",
        "per",
        "cum",
        "cmt",
        "paz",
        "пн",
        "вт",
        "ср",
        "чт",
        "пт",
        "сб",
        "вс",
        "янв",
        "фев",
        "мар",
        "апр",
        "май",
        "мая",
        "июн",
        "июл",
        "авг",
        "сен",
        "окт",
        "ноя",
        "дек",
        "月",
        "火",
        "水",
        "木",
        "金",
        "土",
        "日",
        "年",
    ]
)
_ENGLISH_NAMES = frozenset(
    [
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "jan",
        "feb",
        "mar",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "oct",
        "nov",
        "dec",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ]
)


@dataclass(frozen=True, slots=True)
class WordDifference:
    """Two words at the same place of two texts, with their places in characters.

    ``a_stamp`` and ``b_stamp`` are set when both words are times.
    """

    kind: WordKind
    a_start: int
    a_end: int
    b_start: int
    b_end: int
    a: str
    b: str
    a_stamp: Stamp | None = None
    b_stamp: Stamp | None = None


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    text: str
    stamp: Stamp | None
    kind: WordKind | None = None


def differences(a: str, b: str) -> list[WordDifference]:
    """The words that differ between two texts; a stretch of several words counts as one when their number differs.

    Empty when only white space or separators differ.
    """
    a_words, b_words = _words(a), _words(b)
    if len(a_words) == len(b_words):
        pairs = [([x], [y]) for x, y in zip(a_words, b_words, strict=True) if x.text != y.text]
        zones = len(pairs) <= 6
    else:
        zones = False
        pairs = []
    if not zones:
        head = 0
        while head < min(len(a_words), len(b_words)) and a_words[head].text == b_words[head].text:
            head += 1
        tail = 0
        while tail < min(len(a_words), len(b_words)) - head and a_words[-1 - tail].text == b_words[-1 - tail].text:
            tail += 1
        pairs = [(a_words[head : len(a_words) - tail], b_words[head : len(b_words) - tail])]
    found: list[WordDifference] = []
    for left, right in pairs:
        if not left and not right:
            continue
        found.append(_difference(a, b, left, right))
    if len(found) > 1 and all(item.kind in (WordKind.OTHER, WordKind.LOCALE) for item in found):
        whole = _difference(
            a, b, [word for left, _ in pairs for word in left], [word for _, right in pairs for word in right]
        )
        if whole.kind is WordKind.LOCALE:
            return [whole]
    return found


def _words(text: str) -> list[_Word]:
    whole = [
        _Word(*match.span(group), match.group(group), None, kind)
        for match in _unames(text)
        for group, kind in (("host", WordKind.HOST), ("kernel", WordKind.KERNEL))
        if group in match.groupdict()
    ]
    whole += [
        _Word(item.start, item.end, text[item.start : item.end], item.stamp)
        for item in stamps_in(text)
        if not any(word.start < item.end and item.start < word.end for word in whole)
    ]
    words: list[_Word] = []
    position = 0
    for item in [*sorted(whole, key=lambda word: word.start), None]:
        stop = item.start if item else len(text)
        words += [_Word(m.start(), m.end(), m.group(), None) for m in _SPLIT.finditer(text, position, stop)]
        if item:
            words.append(item)
            position = item.end
    return words


def _unames(text: str) -> list[re.Match[str]]:
    """Where uname printed into a text, by the first form that is found there."""
    return next((found for form in _UNAME if (found := list(form.finditer(text)))), [])


def _difference(a: str, b: str, left: Sequence[_Word], right: Sequence[_Word]) -> WordDifference:
    a_start, a_end = (left[0].start, left[-1].end) if left else (0, 0)
    b_start, b_end = (right[0].start, right[-1].end) if right else (0, 0)
    a_text, b_text = a[a_start:a_end], b[b_start:b_end]
    if len(left) == len(right) == 1 and left[0].stamp and right[0].stamp:
        return WordDifference(
            WordKind.OTHER, a_start, a_end, b_start, b_end, a_text, b_text, left[0].stamp, right[0].stamp
        )
    if len(left) == len(right) == 1 and left[0].kind is not None and left[0].kind is right[0].kind:
        return WordDifference(left[0].kind, a_start, a_end, b_start, b_end, a_text, b_text)
    kind = classify(a_text, b_text, a[:a_start], a)
    core = _core(a_text, b_text) if kind in (WordKind.OTHER, WordKind.VERSION) else None
    if core is not None:
        inner = classify(core[0], core[1], a[:a_start] + core[2], a)
        # A version ends in a commit, but in nothing drawn.
        if inner is WordKind.REVISION or (inner is WordKind.RANDOM and kind is WordKind.OTHER):
            a_start, b_start = a_start + len(core[2]), b_start + len(core[2])
            a_end, b_end = a_start + len(core[0]), b_start + len(core[1])
            return WordDifference(inner, a_start, a_end, b_start, b_end, core[0], core[1])
    return WordDifference(kind, a_start, a_end, b_start, b_end, a_text, b_text)


def classify(a: str, b: str, before: str, context: str) -> WordKind:
    """What kind of word changed; ``before`` is the text in front of it, ``context`` the whole text."""
    word = _Changed(a, b, before, context)
    return next((kind for kind, holds in _KINDS if holds(word)), WordKind.OTHER)


def _core(a: str, b: str) -> tuple[str, str, str] | None:
    """The parts of two words that differ, each a hexadecimal number, and what stands before them in both.

    ``{…}``, ``id-…`` and ``1.4+…`` hold a number as plainly as a text in which it stands alone; names of files do not,
    where a tool may have put it.
    """
    left, right = (_NUMBER_INSIDE.fullmatch(word) for word in (a, b))
    if left is None or right is None or left["head"] != right["head"] or left["tail"] != right["tail"]:
        return None
    return left["core"], right["core"], left["head"]


@dataclass(frozen=True, slots=True)
class _Changed:
    a: str
    b: str
    before: str
    context: str

    def both(self, pattern: re.Pattern[str]) -> bool:
        """True if both words begin as the pattern says."""
        return bool(pattern.match(self.a) and pattern.match(self.b))

    def only(self, pattern: re.Pattern[str], filler: str = "") -> bool:
        """True if the words differ in nothing but what the pattern finds."""
        return bool(pattern.search(self.a)) and pattern.sub(filler, self.a) == pattern.sub(filler, self.b)

    @property
    def is_lone(self) -> bool:
        return not self.a or not self.b

    @property
    def is_hexadecimal(self) -> bool:
        """Decimal digits alone are a number, unless the text says that they name a revision."""
        numbers = self.a.isdigit() and self.b.isdigit() and not _REVISION_BEFORE.search(self.before)
        return self.both(_HEX) and not numbers

    @property
    def is_revision(self) -> bool:
        if self.both(_TAGGED):
            return True
        size = len(self.a)
        short = size == len(self.b) and 7 <= size <= 12
        return self.is_hexadecimal and (
            size == 40 or short or (size >= 7 and bool(_REVISION_BEFORE.search(self.before)))
        )

    @property
    def is_build_id(self) -> bool:
        return self.is_hexadecimal and len(self.a) >= 16 and bool(_BUILD_ID_BEFORE.search(self.before))

    @property
    def is_drawn(self) -> bool:
        return len(self.a) == len(self.b) and _is_varied(self.a) and _is_varied(self.b)

    @property
    def is_counted(self) -> bool:
        return self.a.startswith("#") or bool(_COUNTER_BEFORE.search(self.before))

    @property
    def names_a_user(self) -> bool:
        return bool(_USER_BEFORE.search(self.before)) and self.a.isprintable() and not _NUMBER.match(self.a)

    @property
    def is_of_rustc(self) -> bool:
        return self.before.endswith("/rustc/") or ("/rustc/" in self.a and "/rustc/" in self.b)


_KINDS: tuple[tuple[WordKind, Callable[[_Changed], object]], ...] = (
    (WordKind.LOCALE, lambda word: _is_locale(word.a, word.b, word.context)),
    (WordKind.DESCRIBE, lambda word: word.is_lone and (word.a + word.b).lstrip("-+.") == "dirty"),
    (WordKind.OTHER, lambda word: word.is_lone or " " in word.a or " " in word.b),
    (WordKind.UUID, lambda word: word.only(_UUID)),
    (WordKind.RUSTC_COMMIT, lambda word: word.is_of_rustc),
    (WordKind.TEMPORARY, lambda word: word.only(_TEMPORARY, "/")),
    (WordKind.TEMPORARY, lambda word: "/" in word.a and drawn_component(word.a, word.b)),
    (WordKind.DESCRIBE, lambda word: _is_describe(word.a, word.b)),
    (WordKind.USER_HOST, lambda word: word.both(_USER_HOST) or word.names_a_user),
    (WordKind.OTHER, lambda word: word.is_build_id),
    (WordKind.REVISION, lambda word: word.is_revision),
    (WordKind.RANDOM, lambda word: word.is_hexadecimal and len(word.a) >= 16 and word.is_drawn),
    (WordKind.KERNEL, lambda word: _KERNEL_CONTEXT.search(word.context) and word.both(_KERNEL)),
    (WordKind.KERNEL, lambda word: word.both(_FLAVOUR)),
    (WordKind.COUNTER, lambda word: word.both(_NUMBER) and word.is_counted),
    (WordKind.OTHER, lambda word: word.both(_NUMBER)),
    (WordKind.HOST, lambda word: _HOST_BEFORE.search(word.before) and word.both(_HOST)),
    (WordKind.VERSION, lambda word: word.both(_VERSION)),
    (WordKind.RANDOM, lambda word: word.both(_RANDOM) and word.is_drawn),
)
"""The kinds of words in the order in which they are tried: the first that holds is the kind."""


_NAMES: tuple[tuple[WordKind, re.Pattern[str]], ...] = (
    (WordKind.USER_HOST, late(r"(?i)user(?:name)?|logname|builder|buil[dt]_?by|packager|maintainer")),
    (WordKind.HOST, late(r"(?i)host(?:name)?|nodename")),
    (WordKind.COUNTER, late(r"(?i)build_?(?:number|num|no|id|counter|count)|job_?id|run_?id|pipeline")),
    (WordKind.REVISION, late(r"(?i)revision|commit|git_?(?:sha|hash|rev|describe)|vcs")),
)


def kind_by_name(symbol: str) -> WordKind:
    """What the name of the object that holds a text says of it: OTHER if nothing."""
    for kind, pattern in _NAMES:
        match = pattern.search(symbol)
        if match and not symbol[match.end() : match.end() + 1].islower():
            return kind
    return WordKind.OTHER


def _is_varied(word: str) -> bool:
    """Drawn at random, 16 characters of 16 kinds repeat themselves: ten kinds are expected, below seven is one in
    300."""
    return len(set(word)) >= 7


def _is_describe(a: str, b: str) -> bool:
    """``git describe`` output (or a kernel's -g<commit> suffix) on a side, and the same name in front on both."""
    if not any(
        _DESCRIBE.match(word) or _LOCAL_VERSION.match(word) or word.endswith(("-dirty", "+dirty")) for word in (a, b)
    ):
        return False
    bare = [re.sub(r"[-+]dirty\Z", "", word) for word in (a, b)]
    bare = [re.sub(r"(?:-\d+)?-g[0-9a-f]{7,40}\Z", "", word) for word in bare]
    return bare[0] == bare[1] or all(_HEX.match(word) and len(word) >= 7 for word in bare)


def _is_locale(a: str, b: str, context: str) -> bool:
    """One side uses English month or day names (or plain quotes, a decimal point), the other another language's."""
    if a.translate(_PLAIN) == b.translate(_PLAIN):
        return True
    if re.fullmatch(r"-?\d+[.,]\d+", a) and a.replace(",", ".") == b.replace(",", "."):
        return True
    if re.search(r"\d", context) and _is_translated_name(a, b):
        return True
    sides = []
    for text in (a, b):
        names = {word.casefold() for word in _NAME.findall(text)}
        sides.append((names & _ENGLISH_NAMES, names & (_FOREIGN_NAMES - _ENGLISH_NAMES)))
    if not (re.search(r"\d", a) and re.search(r"\d", b)):
        return False
    numbers = [sorted(re.findall(r"\d+", text)) for text in (a, b)]
    if not set(numbers[0]) & set(numbers[1]):
        return False
    return bool((sides[0][0] and sides[1][1] and not sides[0][1]) or (sides[1][0] and sides[0][1] and not sides[1][1]))


def is_translation(a: str, b: str) -> bool:
    """True for a month's or day's name written out in English and in another language: such words are no accident."""
    return _is_translated_name(a, b, SPELLED_OUT)


def _is_translated_name(a: str, b: str, least: int = 2) -> bool:
    """One word is an English month or day name, the other one of another language; what they share in front is cut
    off.

    Names of fewer than ``least`` letters do not count.
    """
    shared = 0
    while shared < min(len(a), len(b)) and a[shared] == b[shared]:
        shared += 1
    # "releasedTuesday" and "releasedDienstag": a name begins with a capital or stands alone.
    while shared and not a[shared : shared + 1].isupper():
        shared -= 1
    left, right = (word[shared:].strip(".,").casefold() for word in (a, b))
    if min(len(left), len(right)) < least:
        return False
    foreign = _FOREIGN_NAMES - _ENGLISH_NAMES
    return (left in _ENGLISH_NAMES and right in foreign) or (right in _ENGLISH_NAMES and left in foreign)


_NAME = late(r"(?<!\w)\d{0,4}([^\W\d_]+)\.?\d{0,4}(?!\w)")
"""A word that stands alone or touches the number of a date (14Nov2023), as the parts of a mangled name do not."""
_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-"})
