"""Rust's symbol and codegen-unit names: which crate, and which part of the name is a hash."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from elfdiff.patterns import late
from elfdiff.payload.rustv0 import Crate, parse_v0
from elfdiff.values import dataclass

MASK = "\x01"
"""Stands for a hash in a masked name; no symbol name holds it."""

_LEGACY = late(r"_{1,2}ZN((?:\d+[^\d].*?)?)17h([0-9a-f]{16})E((?:[.$@].*)?)")
_UNIT = late(r"(?<!\w)(?P<crate>[A-Za-z_]\w*)\.(?P<hash>[0-9a-f]{15,16})-cgu\.(?P<number>\d+)(?:\.rcgu(?:\.o)?)?")
_INCREMENTAL = late(r"(?=[a-z]*\d)(?=\d*[a-z])[0-9a-z]{23,25}")
_METADATA = late(r"rust_metadata_(?P<crate>\w+)_(?P<hash>[0-9a-f]{16})")
_ANONYMOUS = late(r"anon\.(?P<hash>[0-9a-f]{32})\.\d+(?:\.llvm\.\d+)?")
"""A constant without a name (rustc_codegen_llvm, generate_local_symbol_name): the digest of its unit, and a number."""
_LLVM = late(r"\.llvm\.\d+")
_ESCAPES = {"SP": "@", "BP": "*", "RF": "&", "LT": "<", "GT": ">", "LP": "(", "RP": ")", "C": ","}
_ESCAPE = late(r"\$(?:u([0-9a-f]{1,6})|([A-Z]{1,2}))\$")
_LEGACY_CRATE = late(r"[<&*(\[ ]*(?:mut |const |dyn )?([A-Za-z_]\w*)(?=::|$)")
_V0_ROOT = late(r"C(?:s[0-9A-Za-z]*_)?(\d{1,3})_?")
_V0_FIRST = late(r"_{1,2}R\d*(?:N[A-Za-z]|I|[MX](?:s[0-9A-Za-z]*_)?)*C(?:s[0-9A-Za-z]*_)?(\d{1,3})_?([A-Za-z_]\w*)")


@dataclass(frozen=True, slots=True)
class LegacyName:
    """A name of the legacy scheme: ``path`` for people, e.g. "std::rt::lang_start::{{closure}}", and the hash."""

    path: str
    hash: str
    suffix: str


def parse_legacy(name: str) -> LegacyName | None:
    """``_ZN…17h<16 hex>E``; None for any other name, C++'s Itanium names among them."""
    found = _LEGACY.fullmatch(name)
    if found is None:
        return None
    parts: list[str] = []
    rest = found.group(1)
    while rest:
        digits = re.match(r"\d{1,5}", rest)
        if digits is None or len(rest) < digits.end() + int(digits.group()):
            return None
        end = digits.end() + int(digits.group())
        parts.append(_unescaped(rest[digits.end() : end]))
        rest = rest[end:]
    return LegacyName("::".join(parts), found.group(2), found.group(3)) if parts else None


def _unescaped(part: str) -> str:
    # A part that would begin with an escape gets an underscore in front (rustc's legacy mangling, "sanitize").
    text = part[1:] if part.startswith("_$") else part

    def plain(found: re.Match[str]) -> str:
        if found.group(1) is not None:
            code = int(found.group(1), 16)
            return chr(code) if code < 0x110000 else found.group()
        return _ESCAPES.get(found.group(2), found.group())

    return _ESCAPE.sub(plain, text).replace("..", "::")


def is_codegen_unit(name: str) -> bool:
    """``<crate>.<16 hex>-cgu.<N>``: how a codegen unit's STT_FILE symbol is named without incremental compilation."""
    return _UNIT.fullmatch(name) is not None


def unit_counts(a_names: Iterable[str], b_names: Iterable[str]) -> dict[str, tuple[int, int]]:
    """By crate, how many codegen units the names of a and of b show, where the numbers differ.

    Crates of one name are told apart by their hash: units that both sides have alike (the standard library has a memchr
    of its own) do not count, nor does a crate of which a side then still shows two.
    """
    sides: list[dict[str, dict[str, set[str]]]] = []
    for names in (a_names, b_names):
        found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for name in names:
            unit = _UNIT.search(name)
            if unit is not None:
                found[unit["crate"]][unit["hash"]].add(unit["number"])
        sides.append(found)
    counts: dict[str, tuple[int, int]] = {}
    for crate in sides[0].keys() & sides[1].keys():
        left, right = sides[0][crate], sides[1][crate]
        alike = {digest for digest in left if left[digest] == right.get(digest)}
        rest = [[numbers for digest, numbers in side.items() if digest not in alike] for side in (left, right)]
        if len(rest[0]) == len(rest[1]) == 1 and len(rest[0][0]) != len(rest[1][0]):
            counts[crate] = len(rest[0][0]), len(rest[1][0])
    return dict(sorted(counts.items()))


def is_incremental_unit(name: str) -> bool:
    """25 base-36 characters: how incremental compilation names a codegen unit.

    The allocator shim of every program bears such a name too, so one alone means nothing.
    """
    return _INCREMENTAL.fullmatch(name) is not None


def group_of(name: str) -> str | None:
    """The crate that a symbol or codegen unit was compiled for; None for names that are not Rust's.

    Of a v0 name that is the instantiating crate if it names one, else the crate of its path. A legacy name tells only
    the path's, and of an implementation only that of the type.
    """
    if name.startswith(("_R", "__R")):
        return _v0_crate(name)
    if "17h" in name:
        legacy = parse_legacy(name)
        if legacy is not None:
            found = _LEGACY_CRATE.match(legacy.path)
            return found.group(1) if found else None
    unit = _UNIT.fullmatch(name) or _METADATA.fullmatch(name)
    return unit.group("crate") if unit else None


def _v0_crate(name: str) -> str | None:
    stem = name.split(".", 1)[0]
    # A crate root whose name is all that is left cannot be part of the path: an item's name would follow it.
    for root in _V0_ROOT.finditer(stem):
        if len(stem) - root.end() == int(root.group(1)):
            return stem[root.end() :]
    first = _V0_FIRST.match(name)
    if first is not None and len(first.group(2)) >= int(first.group(1)):
        return first.group(2)[: int(first.group(1))]
    parsed = parse_v0(name)
    return parsed.crates[0].name if parsed is not None and parsed.crates else None


def masks(name: str) -> Iterator[tuple[str, str, str]]:
    """(scheme, masked name, masked part) for each part that may vary, the narrowest first.

    Constants that rustc names by the digest of their codegen unit go by its scheme. Schemes: rust-legacy, rust-v0,
    rust-unit, rust-metadata (the symbol of that name), llvm-suffix. Two names with the same masked form name the same
    item.
    """
    scheme, masked, part = _hash_mask(name)
    if scheme is None:
        return
    yield scheme, masked, part
    suffix = _LLVM.search(name)
    if suffix is not None:
        yield "llvm-suffix", _LLVM.sub(f".llvm.{MASK}", name), suffix.group()
        yield scheme, _LLVM.sub(f".llvm.{MASK}", masked), part


def _hash_mask(name: str) -> tuple[str | None, str, str]:
    if name.startswith(("_R", "__R")):
        v0 = parse_v0(name)
        if v0 is not None and v0.crates:
            return "rust-v0", v0.masked, ", ".join(_written(crate) for crate in dict.fromkeys(v0.crates))
        return None, name, ""
    if "17h" in name:
        legacy = parse_legacy(name)
        if legacy is not None:
            return "rust-legacy", name.replace(f"17h{legacy.hash}E", f"17h{MASK}E"), legacy.hash
    for scheme, pattern in (("rust-unit", _UNIT), ("rust-metadata", _METADATA), ("rust-unit", _ANONYMOUS)):
        found = pattern.fullmatch(name)
        if found is not None:
            start, end = found.span("hash")
            return scheme, name[:start] + MASK + name[end:], found.group("hash")
    return None, name, ""


def _written(crate: Crate) -> str:
    return f"{crate.name}[{crate.disambiguator}]"


def without_hashes(name: str) -> str:
    """The name with every hash masked: the same text for the same item. Names that hold none come back as they are."""
    _, masked, _ = _hash_mask(name)
    return _LLVM.sub(f".llvm.{MASK}", masked)
