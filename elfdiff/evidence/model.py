"""The kinds of fact that a comparison can yield. Every cause is judged on these and on nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cached_property
from typing import TypeVar, cast

from elfdiff.report import Location
from elfdiff.span import Span
from elfdiff.values import dataclass, field

TEMPLATE_END = "XXXXXX"
"""How the template of a temporary file's name ends (mkstemp(3)): written by hand, whatever directory it names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One fact, with the places it was read from.

    ``section`` and ``symbol`` say where, for people; ``a`` and ``b`` are the places with both values (None on a side
    that
    lacks the thing). ``rewrites`` are ids of :attr:`Pair.rewrites` that this fact rests on. ``spans`` are all places
    in the
    two files that the fact is about, where ``a`` and ``b`` show only the first.
    """

    section: str | None = None
    symbol: str | None = None
    a: Location | None = None
    b: Location | None = None
    rewrites: tuple[int, ...] = ()
    spans: tuple[tuple[Span | None, Span | None], ...] = ()


class PathPlace(StrEnum):
    """What kind of place a path stood in."""

    DEBUG_DIRECTORY = "debug-directory"
    DEBUG_NAME = "debug-name"
    DEBUG_OTHER = "debug-other"
    TEXT = "text"
    RUNPATH = "runpath"
    NEEDED = "needed"
    INTERPRETER = "interpreter"
    GO_TABLE = "go-table"
    SYMBOL = "symbol"
    LTO = "lto"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathChange(Evidence):
    """A path begins with directory ``a_directory`` in a and ``b_directory`` in b, and goes on the same behind it.

    ``tail`` is what follows the directory ("" when the directory stands alone). ``exact`` is False when the text
    changed
    in other ways too. ``assembler`` is True for the directory of a unit that GNU as produced.
    """

    a_directory: str
    b_directory: str
    tail: str
    place: PathPlace
    exact: bool
    assembler: bool = False


@dataclass(frozen=True, slots=True)
class Stamp:
    """A point in time as a text gave it.

    ``form``: cpp-date, cpp-time, cpp-date-time, asctime, date-command, iso, iso-date, rfc2822, compact, epoch,
    epoch-ms,
    year, day-month-year, …. ``seconds`` counts from 1970-01-01 as if the text were UTC, None if date or time of day is
    missing; ``zone`` is the offset in seconds east of UTC, None when the text names none. ``date`` is (year, month,
    day)
    and ``clock`` seconds since midnight, None where the text lacks them. ``zone_name`` is as written.
    """

    form: str
    seconds: int | None
    zone: int | None
    date: tuple[int, int, int] | None
    clock: int | None
    zone_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeChange(Evidence):
    """A date or time differs, in a text that is otherwise the same. ``context`` is the whole text of a."""

    a_time: Stamp
    b_time: Stamp
    context: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegerChange(Evidence):
    """A 4- or 8-byte object with a symbol of its own holds another number. ``seconds`` if both read as times since
    2005, in seconds or milliseconds."""

    a_value: int
    b_value: int
    width: int
    seconds: bool


class WordKind(StrEnum):
    """What a word that changed looks like."""

    UUID = "uuid"
    REVISION = "revision"
    DESCRIBE = "describe"
    USER_HOST = "user-host"
    HOST = "host"
    KERNEL = "kernel"
    VERSION = "version"
    COUNTER = "counter"
    TEMPORARY = "temporary"
    CRATE_VERSION = "crate-version"
    RANDOM = "random"
    LOCALE = "locale"
    RUSTC_COMMIT = "rustc-commit"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class WordChange(Evidence):
    """A word differs, in a text that is otherwise the same; ``context`` is the whole text of a."""

    kind: WordKind
    a_word: str
    b_word: str
    context: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChange(Evidence):
    """A text became another, or exists on one side only, and nothing more special was seen in it.

    ``how`` as in :class:`StringPair`. ``fragment`` is True if texts have no ends in that section (Rust, Go): then
    the pairing says little.
    """

    how: str
    fragment: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTotals(Evidence):
    """How many different texts both programs hold, and how many one of them alone; only where texts end in NUL."""

    common: int
    a_only: int
    b_only: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOrderChange(Evidence):
    """A section holds the same texts in another order (``count`` texts in all).

    ``a_sorted``/``b_sorted`` name the collation that a side follows between the texts that both begin and end with:
    "C",
    "locale" (case and punctuation ignored) or None. ``moved`` is how many texts stand there, ``kept`` how many of them
    can stay while the others are taken out and put elsewhere.
    """

    count: int
    moved: int = 0
    kept: int = 0
    a_sorted: str | None = None
    b_sorted: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolChange(Evidence):
    """A tool's name and version as recorded in the file; one of ``a_tool`` and ``b_tool`` may be None.

    ``tool`` as payload.comment names it: gcc, clang, rustc, lld, mold, gold, go, zig, … ``origin`` is comment,
    producer, note,
    build-info or path.
    """

    tool: str
    a_tool: str | None
    b_tool: str | None
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagChange(Evidence):
    """Recorded command-line flags differ (DW_AT_producer, .GCC.command.line, Go build settings).

    ``unit`` is the unit's name or the setting's source; the tuples hold flags that only that side has, in order.
    """

    unit: str
    a_flags: tuple[str, ...]
    b_flags: tuple[str, ...]
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoSettingChange(Evidence):
    """A `build` line of .go.buildinfo differs; a value is None where the key is absent."""

    key: str
    a_value: str | None
    b_value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteChange(Evidence):
    """A note differs. ``kind``: build-id, go-build-id, package, abi-tag, property, gold-version, or "other".

    Lengths are those of the descriptors in bytes, 0 where the note is absent. ``versioned_uuid`` is True when both
    descriptors have 16 bytes with the version and variant bits of RFC 4122 version 4. ``digest`` is True when both are
    build IDs of 16 bytes that are proved to be the md5 of their files.
    """

    kind: str
    a_length: int
    b_length: int
    versioned_uuid: bool = False
    digest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DebugLinkChange(Evidence):
    """.gnu_debuglink differs: its name, its CRC or both."""

    name_differs: bool
    crc_differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange(Evidence):
    """The same items stand in another order. ``what``: file-symbols, functions, frames, units, members, sections,
    needed.

    ``a_order`` and ``b_order`` are the names in file order (at most 2,000 of them); ``count`` is how many there are;
    ``a_sorted``/``b_sorted`` name the collation that a side follows: "C", "locale" (case and punctuation ignored) or
    None.
    """

    what: str
    a_order: tuple[str, ...]
    b_order: tuple[str, ...]
    count: int
    a_sorted: str | None
    b_sorted: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolRenamed(Evidence):
    """Symbols are the same but for a part of their names.

    ``scheme``: rust-legacy, rust-v0, rust-unit (STT_FILE of a codegen unit), llvm-suffix, lto-unit (the digest that gcc
    puts behind the name of a unit's early debug information), gcc-clone, lto-section,
    temporary-file, temporary-source, cuda, uniq, omp-offload, mangled-path, other. ``group`` is the crate, the suffix
    that a module's hash is, or the masked form; ``count`` how many of its names changed, ``total`` how many it has.
    """

    scheme: str
    group: str
    a_part: str
    b_part: str
    count: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitNaming(Evidence):
    """How the codegen units of a Rust program are named on each side: counts of ``-cgu.N`` and of incremental names."""

    a_plain: int
    b_plain: int
    a_incremental: int
    b_incremental: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolSetChange(Evidence):
    """Names that only one side has (at most 200 a side), compiler-made variations masked. ``table``: symtab or dynsym.

    ``imports`` is True if they are undefined symbols (what the program needs from libraries).
    """

    table: str
    imports: bool
    a_only: tuple[str, ...]
    b_only: tuple[str, ...]
    a_count: int
    b_count: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicChange(Evidence):
    """An entry of .dynamic differs: needed, soname, runpath, rpath, flags, …; a value is None where it is absent."""

    tag: str
    a_value: str | None
    b_value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionChange(Evidence):
    """A section is on one side only, or has another size, type or flags. ``status``: added, removed, resized,
    retyped; and rewritten, for other contents of one size in a file that was changed after its link."""

    name: str
    status: str
    a_size: int | None
    b_size: int | None
    allocated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressionChange(Evidence):
    """A compressed section differs in how it is stored: ``same_contents`` says that what it inflates to is equal."""

    name: str
    a_method: str | None
    b_method: str | None
    same_contents: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderChange(Evidence):
    """A field of the ELF header or of a program header differs for no layout reason (type, flags, OS ABI, stack
    flags)."""

    field_name: str
    a_value: str
    b_value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyDrift(Evidence):
    """A package of the embedded dependency list (or of the crate paths compiled in) has another version, or is on one
    side only.

    ``origin``: dep-v0, go-buildinfo, package-note, crate-path, soname. ``local`` is True for the program's own
    workspace.
    ``change``: added, removed, upgraded, downgraded, changed, format.
    """

    name: str
    change: str
    a_version: str | None
    b_version: str | None
    source: str
    local: bool
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDigestChange(Evidence):
    """A source file has another MD5 in the DWARF 5 line table (decisive: its text differs). ``file`` is its name."""

    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRenamed(Evidence):
    """A source file was compiled under another name, directories apart; ``spans`` are all places of the two names."""

    a_name: str
    b_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesKept(Evidence):
    """Every unit with debug information has a partner, and all its source files have MD5s that are equal in both.

    ``count`` is how many files that are, in DWARF 5 line tables (clang writes the MD5s, gcc 12 does not).
    """

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNamesLost(Evidence):
    """``side`` names no source files for units that the other one does (``names``, file symbols with a suffix).

    The linker's plugin made those units: a file symbol without a name, or one of a temporary file, stands for them.
    """

    side: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineNumbersChange(Evidence):
    """A source file's lines moved: its code is recorded at other lines, in the same order.

    ``file`` is the file with its directory, as a's line table has it. ``a_line`` became ``b_line`` first; ``count``
    rows
    of the line table moved so in all. The text of the file differs, unless a script wrote it or set its line numbers.
    """

    file: str
    a_line: int
    b_line: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitUnitIdChange(Evidence):
    """The 8 bytes that tie a skeleton unit to its .dwo file differ, in ``count`` of ``total`` skeleton units.

    ``alone`` is True if, beside digests, no other byte of the two files differs.
    """

    count: int
    total: int
    alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionChange(Evidence):
    """A function's machine code differs by more than addresses, or exists on one side only.

    ``status``: changed, added, removed, redirected (equal instructions, an operand points elsewhere).
    ``a_lines``/``b_lines`` are the first instructions that differ, addresses masked,
    empty when they could not be decoded. ``certain`` is False if the difference may still be an address.
    ``rearranged`` says that both bodies hold the same constants and as many calls, though not the same instructions.
    """

    name: str
    status: str
    a_lines: tuple[str, ...]
    b_lines: tuple[str, ...]
    certain: bool
    rearranged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionSetChange(Evidence):
    """Changed functions of one side use x86 instruction sets that those of the other do not, by Intel's names.

    ``count`` of the ``total`` changed functions that were read show it; ``total`` is 0 where no function has a partner
    that changed, and the sets are those of functions that only one side has. Only what compilers use by themselves
    counts.
    """

    a_only: tuple[str, ...]
    b_only: tuple[str, ...]
    count: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StrayUnit(Evidence):
    """A unit was compiled in another directory on one ``side`` only, a or b.

    On the other side it was compiled in ``directory``, as were other units on both sides. ``name`` is its source,
    ``elsewhere`` the directory on its own side.
    """

    name: str
    side: str
    directory: str
    elsewhere: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryMarks(Evidence):
    """Functions begin with an instruction that marks where calls and jumps may land, or signs the return address.

    ``mark`` is the instruction: endbr64, endbr32, paciasp, bti, …. Of ``total`` functions that both sides have,
    ``a_count`` begin so in a alone and ``b_count`` in b alone.
    """

    mark: str
    a_count: int
    b_count: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributesChange(Evidence):
    """A build attribute of .ARM.attributes or .riscv.attributes differs; a value is None where it is absent."""

    name: str
    a_value: str | None
    b_value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionTotals(Evidence):
    """How many functions were compared, and how many of them changed, were added, were removed."""

    compared: int
    changed: int
    added: int
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DataChange(Evidence):
    """A named object's bytes differ by more than addresses and by no text that was read. ``size`` in bytes.

    Without ``symbol``: constants that code reads by address, in a program whose code is equal. ``doubles`` are both
    values of each, if all of them read as floating point numbers of usual size.
    """

    size: int
    doubles: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedTimeChange(Evidence):
    """The header of an archive that is compiled in names another time. ``kind``: gzip, zip or Qt; times as it writes
    them, in seconds since 1970 for gzip, as DOS date and time for zip, in milliseconds for Qt's resources."""

    kind: str
    a_value: int
    b_value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HolesChange(Evidence):
    """All that differs in an object or section lies at fixed places of records of ``period`` bytes.

    ``holes`` are these places, half-open, each from an offset at which no number begins to one at which one may;
    ``records`` is how many records differ.
    """

    period: int
    holes: tuple[tuple[int, int], ...]
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleGap(Evidence):
    """Between the last section and the section headers stand other pieces of section names: a tool moved the names
    after the link, and left what the file held before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TailChange(Evidence):
    """Bytes behind everything that headers describe. ``kind``: module-signature, zip, squashfs, or unknown."""

    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedChange(Evidence):
    """What both files carry in a section or note of its own differs, and nothing that is known explains it.

    ``place`` is the section, or ``note OWNER``; ``form`` what it is, in words ("data" if unknown). ``inside`` are names
    of what differs in it, empty where it was not looked into.
    """

    place: str
    form: str
    inside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoneSectionChange(Evidence):
    """Outside build IDs and debug link checksums, every byte that differs lies in the contents of this one section."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildIdKept(Evidence):
    """Both files carry the same GNU build ID, ``length`` bytes long, although the files differ."""

    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedAfterLink(Evidence):
    """Both files carry one build ID, GNU's or Go's, and it is the digest of one of them: the other was changed since.

    ``side`` is the changed one, a or b; empty if the ID is the digest of neither, and all that both hold of the
    program and its debug information is equal all the same. ``differing`` counts the bytes that differ, None if the
    files are not equally long.
    """

    side: str
    differing: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignBuildId(Evidence):
    """Nothing but the build IDs differs; the other file's is the digest of these contents, that of ``side`` is not."""

    side: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionHole(Evidence):
    """``side`` lacks a loaded section, and the place of it is empty there: it was taken out after the link."""

    name: str
    side: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolsAlone(Evidence):
    """Both files carry one GNU build ID, and it is the digest of each: only what it leaves out differs.

    That is the symbol table with its strings and the names of sections, file offsets, and bytes outside of sections.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleInfoChange(Evidence):
    """An entry of a kernel module's .modinfo differs; a value is None on a side that has no such entry.

    Entries of one key (alias, parm) are compared as a set.
    """

    key: str
    a_value: str | None
    b_value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleVersionsChange(Evidence):
    """``count`` of the ``total`` symbols that both modules take from the kernel have another checksum (modversions).

    ``first`` is the name of the first of them. Symbols that only one side takes are imports and no part of this.
    """

    first: str
    count: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFieldChange(Evidence):
    """A field of an ar(5) member header differs between two members that are one, whatever their contents.

    ``field_name`` is time, uid, gid, mode or name; the values are as the header writes them, blanks cut off.
    ``member`` is a's name of it, "/" for the symbol index. Of the archives as a whole, it is "format" (GNU, BSD or
    thin) or "index" (whether there is one), and ``member`` says nothing.
    """

    member: str
    field_name: str
    a_value: str
    b_value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersChange(Evidence):
    """Members that only one of two static archives has, by name, at most 200 a side; ``total`` counts pairs as one."""

    a_only: tuple[str, ...]
    b_only: tuple[str, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodegenUnitChange(Evidence):
    """A Rust crate was cut into another number of codegen units, as its ``<crate>.<hash>-cgu.N`` file symbols count
    them.

    Not for a side whose units have incremental names (see :class:`UnitNaming`).
    """

    crate: str
    a_count: int
    b_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageStampChange(Evidence):
    """The 4-byte stamp of GCC's ``gcov_info`` records differs (libgcov.h: version, next, stamp); ``count`` records of
    ``total``."""

    count: int
    total: int


class Layout(StrEnum):
    """How the directory that changed lies to the directories of the sources and of the build."""

    INSIDE = "inside"
    BESIDE = "beside"
    RELATIVE = "relative"
    ELSEWHERE = "elsewhere"
    """Compilers ran in a directory that changed; all sources stand outside of it, in one that did not."""
    DRAWN = "drawn"
    """Compilers ran in a directory that a tool made under a random name."""
    MAPPED = "mapped"
    """A map is in force on both sides, and leaves the source trees' own names: ./tool-1.0 and ./tool."""
    RENAMED = "renamed"
    """Compilers ran in a build directory that has another name beside, or in, the source tree."""


class Mapped(StrEnum):
    """A prefix map, or another flag of fixes, that both files show to be in force."""

    C = "c"
    """In debug information of C and C++; texts of __FILE__ may be left out."""
    C_FILES = "c-files"
    """In texts of __FILE__, too: it is recorded."""
    RUST = "rust"
    GO = "go"
    ORIGIN = "origin"
    """Run paths that begin with $ORIGIN: CMAKE_BUILD_RPATH_USE_ORIGIN gives them, but not those named by hand."""
    NO_BUILD_ID = "no-build-id"


@dataclass(frozen=True, slots=True)
class Context:
    """What the two files are, for causes whose fix depends on it.

    ``a_tools``/``b_tools`` are (kind, version) pairs as payload.comment reads them, e.g. ("gcc", "12.2.0"), compilers
    of the
    user's own units first. ``languages`` of both files: c, c++, rust, go, fortran, ada, d, ocaml, zig, haskell,
    assembly.
    ``stripped``/``has_debug`` are True when it holds for both files. ``only_hashes_differ`` is True when every byte
    outside build IDs and debuglink checksums is equal. ``link_time`` is True if the link step compiled (GCC's LTO).
    ``relocatable``/``archive``/``kernel_module`` tell the kind of file. ``layout`` is how the changed directory lies to
    those of sources and build. ``recorded`` is True if it stands in DW_AT_producer, ``command_line`` if
    .GCC.command.line differs, ``partial`` if some units were compiled in one directory on both sides and others not,
    ``profiled`` if the recorded flags of both files name a profile to optimise by, ``whole`` if both have symbols for
    source files, which every strip removes, ``plain`` if the facts are of files and containers that no compiler
    wrote, ``unnamed`` if neither file names a compiler. ``settings`` are recorded flags and settings that differ, each
    with what it is on either side ("-O2 or -O3"). ``outside`` are pairs of directories that changed and are not
    below a directory of the build that did. ``mapped`` are the prefix maps and other flags that both files show to be
    in force, ``sources`` the relative names of what was compiled where there are any.
    """

    a_tools: tuple[tuple[str, str], ...] = ()
    b_tools: tuple[tuple[str, str], ...] = ()
    languages: tuple[str, ...] = ()
    machine: str = ""
    stripped: bool = False
    has_debug: bool = False
    only_hashes_differ: bool = False
    relocatable: bool = False
    archive: bool = False
    kernel_module: bool = False
    link_time: bool = False
    layout: Layout = Layout.INSIDE
    recorded: bool = False
    command_line: bool = False
    partial: bool = False
    outside: tuple[tuple[str, str], ...] = ()
    profiled: bool = False
    whole: bool = False
    plain: bool = False
    unnamed: bool = False
    settings: tuple[str, ...] = ()
    mapped: frozenset[Mapped] = frozenset()
    sources: frozenset[str] = frozenset()

    def has_tool(self, kind: str) -> bool:
        """True if either file names this tool."""
        return any(tool == kind for tool, _ in (*self.a_tools, *self.b_tools))

    def versions(self, kind: str) -> tuple[str, ...]:
        """The versions of a tool that either file names, without repetition."""
        return tuple(dict.fromkeys(version for tool, version in (*self.a_tools, *self.b_tools) if tool == kind))


E = TypeVar("E", bound=Evidence)


@dataclass(frozen=True)
class EvidenceSet:
    """All facts about one pair, in extraction order.

    ``unfinished`` says why facts may be missing; None if none are.
    """

    items: tuple[Evidence, ...]
    context: Context = field(default_factory=Context)
    unfinished: str | None = None

    @cached_property
    def changed_after_link(self) -> str | None:
        """The side that is the other one, changed after its link: a or b, empty if it may be either, or None."""
        return next((fact.side for fact in self.of(ChangedAfterLink)), None)

    @cached_property
    def _kinds(self) -> dict[type[Evidence], list[Evidence]]:
        found: dict[type[Evidence], list[Evidence]] = {}
        for item in self.items:
            found.setdefault(type(item), []).append(item)
        return found

    def of(self, kind: type[E]) -> Iterator[E]:
        """The facts of exactly this kind, in order; causes ask often, so they are sorted once."""
        return iter(cast("Sequence[E]", self._kinds.get(kind, ())))

    def has(self, kind: type[Evidence]) -> bool:
        """True if there is at least one fact of exactly this kind."""
        return kind in self._kinds

    @classmethod
    def of_items(cls, items: Iterable[Evidence], context: Context | None = None) -> EvidenceSet:
        """A set from any iterable: tests write theirs by hand."""
        return cls(tuple(items), context or Context())
