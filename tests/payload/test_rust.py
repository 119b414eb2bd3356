"""Rust names, by hand and from a real program."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from elfdiff.elf.file import parse
from elfdiff.payload import rust
from elfdiff.payload.rustv0 import Crate, parse_v0


def test_legacy() -> None:
    name = rust.parse_legacy("_ZN3std2rt10lang_start28_$u7b$$u7b$closure$u7d$$u7d$17he9b1bd0085d1beacE")
    assert name == rust.LegacyName("std::rt::lang_start::{{closure}}", "e9b1bd0085d1beac", "")
    impl = rust.parse_legacy("_ZN42_$LT$$RF$T$u20$as$u20$core..fmt..Debug$GT$3fmt17hf994ec1aaca985d0E.llvm.123")
    assert impl == rust.LegacyName("<&T as core::fmt::Debug>::fmt", "f994ec1aaca985d0", ".llvm.123")


@pytest.mark.parametrize(
    "name",
    [
        "main",
        "_ZN3foo3barEv",
        "_ZN3foo17h0123456789abcdeE",
        "_ZN3foo17h0123456789abcdeXE",
        "_ZN9foo17h0123456789abcdefE",
        "_ZN17h0123456789abcdefE",
        "17h",
        "",
    ],
)
def test_no_legacy(name: str) -> None:
    assert rust.parse_legacy(name) is None
    assert list(rust.masks(name)) == []
    assert rust.group_of(name) is None
    assert rust.without_hashes(name) == name


def test_v0_crates() -> None:
    # The example of RFC 2603, section "Symbol name mangling", and names of a real program.
    assert parse_v0("_RNvNtCs1234_7mycrate3foo3bar") is not None
    name = parse_v0("_RINvMNtCsgEmfK2I1SDS_4core3stre18trim_start_matchesReECsgY6Mt91CT9J_14rustc_demangle")
    assert name is not None
    assert name.crates == (Crate("core", "gEmfK2I1SDS"), Crate("rustc_demangle", "gY6Mt91CT9J"))
    assert name.masked == "_RINvMNtC4core3stre18trim_start_matchesReEC14rustc_demangle"
    none = parse_v0("_RNvC7mycrate3foo.llvm.42")
    assert none is not None
    assert none.crates == (Crate("mycrate", ""),)


def test_v0_back_references_follow_the_mask() -> None:
    """The second root is a reference to the first; two bytes more in front of it move its number."""
    one = parse_v0("_RINvCsa_3foo3barNtB4_1TE")
    two = parse_v0("_RINvCsabc_3foo3barNtB4_1TE")
    assert one is not None
    assert two is not None
    assert one.masked == two.masked
    late_one = parse_v0("_RINvCsa_3foo3barNtCsb_3qux1TNtBg_1UE")
    late_two = parse_v0("_RINvCsabc_3foo3barNtCsb_3qux1TNtBi_1UE")
    other = parse_v0("_RINvCsabc_3foo3barNtCsb_3qux1TNtBh_1UE")
    assert late_one is not None
    assert late_two is not None
    assert late_one.masked == late_two.masked
    assert other is None or other.masked != late_one.masked


@pytest.mark.parametrize(
    "name", ["_R", "_RNv", "_RNvC", "_RNvCs_3fo", "_RB_", "_RNvB9_3foo", "_R" + "NvNv" * 500, "_RNvC99999a"]
)
def test_bad_v0(name: str) -> None:
    assert parse_v0(name) is None
    assert list(rust.masks(name)) == []


def test_masks() -> None:
    legacy = "_ZN3app3run17h0123456789abcdefE"
    assert list(rust.masks(legacy)) == [("rust-legacy", "_ZN3app3run17h\x01E", "0123456789abcdef")]
    local = legacy + ".llvm.998877"
    assert [(scheme, part) for scheme, _, part in rust.masks(local)] == [
        ("rust-legacy", "0123456789abcdef"),
        ("llvm-suffix", ".llvm.998877"),
        ("rust-legacy", "0123456789abcdef"),
    ]
    assert rust.without_hashes(local) == "_ZN3app3run17h\x01E.llvm.\x01"
    assert list(rust.masks("rcore.7ef4865f2e60628e-cgu.03")) == [("rust-unit", "rcore.\x01-cgu.03", "7ef4865f2e60628e")]
    assert list(rust.masks("rust_metadata_app_0123456789abcdef")) == [
        ("rust-metadata", "rust_metadata_app_\x01", "0123456789abcdef")
    ]
    (only,) = rust.masks("_RNvCs1234_3app3run")
    assert only == ("rust-v0", "_RNvC3app3run", "app[1234]")


@pytest.mark.parametrize(
    ("name", "crate"),
    [
        ("_ZN3app3run17h0123456789abcdefE", "app"),
        ("_ZN42_$LT$$RF$T$u20$as$u20$core..fmt..Debug$GT$3fmt17hf994ec1aaca985d0E", None),
        ("_ZN47_$LT$app..Thing$u20$as$u20$core..fmt..Debug$GT$3fmt17hf994ec1aaca985d0E", "app"),
        ("_RNvNtCs1234_7mycrate3foo3bar", "mycrate"),
        ("_RNvC7mycrate3C3a", "mycrate"),
        ("_RINvMNtCsgEmfK2I1SDS_4core3stre18trim_start_matchesReECsgY6Mt91CT9J_14rustc_demangle", "rustc_demangle"),
        (
            "_RINvMNtCsgEmfK2I1SDS_4core3stre18trim_start_matchesReECsgY6Mt91CT9J_14rustc_demangle.llvm.1",
            "rustc_demangle",
        ),
        ("h.fbdfbb88bc56c414-cgu.0", "h"),
        ("rust_metadata_my_lib_0123456789abcdef", "my_lib"),
        ("_ZNSt6vectorIiE4sizeEv", None),
        ("crtstuff.c", None),
    ],
)
def test_group(name: str, crate: str | None) -> None:
    assert rust.group_of(name) == crate


def test_unit_names() -> None:
    assert rust.is_codegen_unit("rlite.77ef1fead4e2fc0b-cgu.0")
    assert rust.is_codegen_unit("rlite.77ef1fead4e2fc0b-cgu.12")
    assert not rust.is_codegen_unit("rlite.77ef1fead4e2fc0b")
    assert rust.is_incremental_unit("1a61fd7se3iinylttbfjm38k7")
    for name in ("crtstuff.c", "a" * 25, "1" * 25, "1A61fd7se3iinylttbfjm38k7", "1a61fd7se3iinylttbfjm38k71"):
        assert not rust.is_incremental_unit(name)


def rustc() -> str:
    found = shutil.which("rustc") or shutil.which("rustc", path=str(Path.home() / ".cargo/bin"))
    if found is None:
        pytest.skip("needs rustc")
    return found


def test_a_real_program(tmp_path: Path) -> None:
    """Other -C metadata, other hashes; masked, the names are the same set."""
    tool = rustc()
    (tmp_path / "app.rs").write_text(
        "struct Thing(u32);\n"
        "impl std::fmt::Display for Thing {\n"
        '    fn fmt(&self, f: &mut std::fmt::Formatter<\'_>) -> std::fmt::Result { write!(f, "{}", self.0) }\n'
        "}\n"
        "#[inline(never)] fn twice<T: Clone>(t: &T) -> (T, T) { (t.clone(), t.clone()) }\n"
        'fn main() { println!("{} {:?}", Thing(3), std::env::args().map(|a| twice(&a)).collect::<Vec<_>>()); }\n'
    )
    for mangling in ((), ("-Csymbol-mangling-version=v0",)):
        names: list[set[str]] = []
        for number in ("one", "longer-text"):
            output = tmp_path / number
            made = subprocess.run(
                [tool, *mangling, f"-Cmetadata={number}", "--crate-name=app", "app.rs", "-o", str(output)],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
            if made.returncode:
                pytest.skip(f"rustc cannot link here: {made.stderr[:200]}")
            elf = parse(output.read_bytes(), str(output))
            names.append({s.name for s in elf.symbols if s.name})
        assert names[0] != names[1]
        masked = [{rust.without_hashes(name) for name in side} for side in names]
        # Other names change too: the allocator shim's is a hash, GCC_except_table counts functions in their order.
        left = {name for name in masked[0] ^ masked[1] if name.startswith(("_ZN", "_R")) or "cgu" in name}
        assert left == set()
        assert "app" in {rust.group_of(name) for name in names[0] ^ names[1]}
        for name in names[0]:
            if name.startswith("_R"):
                assert parse_v0(name) is not None, name


def test_units_count_by_crate_and_hash():
    """Linked programs of rustc 1.95: the standard library brings a memchr of its own."""
    a = ["probe.54b214c1733ea44b-cgu.0", "memchr.9642f0ce76a98c65-cgu.0", "memchr.eac74402dbfdb508-cgu.2", "main.c"]
    b = ["probe.fd37161fed1bb762-cgu.0", "probe.fd37161fed1bb762-cgu.1", "memchr.9642f0ce76a98c65-cgu.0"]
    assert rust.unit_counts(a, b) == {"probe": (1, 2)}
    assert rust.unit_counts(b, [*a, "memchr.645156ca529bfdda-cgu.0"]) == {"probe": (2, 1)}
    members = ["scales.scales.80e27443a5ff41ab-cgu.0.rcgu.o", "scales.scales.80e27443a5ff41ab-cgu.1.rcgu.o"]
    assert rust.unit_counts(members, members[:1]) == {"scales": (2, 1)}
