from __future__ import annotations

from elfdiff.causes.name_mangling import detect as name_mangling
from elfdiff.causes.source_change import detect as source_change
from elfdiff.evidence.model import SymbolSetChange

LEGACY = tuple(f"_ZN5rcore4rule{len(name)}{name}17h{'0123456789abcdef'}E" for name in ("apply", "parse", "check"))
V0 = tuple(f"_RNvNtCs4fqI2P2rA04_5rcore4rule{len(name)}{name}" for name in ("apply", "parse", "check"))


def names(a, b):
    return SymbolSetChange(
        table="symtab",
        imports=False,
        a_only=tuple(a),
        b_only=tuple(b),
        a_count=len(a),
        b_count=len(b),
        total=900,
    )


def test_a_crate_that_changes_sides_is_proof(seen, ask):
    assert ask(name_mangling, seen.given(names(LEGACY, V0))) == {"rust-mangling-version": "certain"}
    assert ask(name_mangling, seen.given(names(V0, LEGACY))) == {"rust-mangling-version": "certain"}


def test_two_schemes_in_one_file_are_normal(seen, ask):
    std = tuple(name.replace("5rcore", "3std") for name in V0)
    assert ask(name_mangling, seen.given(names(LEGACY, std))) == {}
    assert ask(name_mangling, seen.given(names((), V0))) == {}
    assert ask(name_mangling, seen.given(names(LEGACY[:2], V0[:2]))) == {}


def test_another_rustc_has_another_default(seen, ask):
    drift = seen.tool("rustc", "rustc 1.94.0", "rustc 1.95.0")
    assert ask(name_mangling, seen.given(drift, names(LEGACY, V0))) == {}


def test_unique_names_hash_the_source_name(seen, ask):
    assert ask(name_mangling, seen.given(seen.renamed("uniq"))) == {"cxx-module-or-unique-internal-name": "certain"}


def test_numbers_of_clones_follow_from_the_code(seen, ask):
    clone = seen.renamed("gcc-clone", a=".constprop.0", b=".constprop.1")
    assert ask(name_mangling, seen.given(clone)) == {"gcc-anon-namespace-and-static-init-names": "possible"}
    assert ask(name_mangling, seen.given(clone, seen.function("main"))) == {}


def test_hashes_of_crates_and_modules_are_not_names_of_another_scheme(seen, ask):
    for scheme in ("rust-legacy", "rust-v0", "rust-unit", "llvm-suffix", "mangled-path"):
        assert ask(name_mangling, seen.given(seen.renamed(scheme))) == {}


def test_few_names_are_enough_if_all_of_them_changed_sides(seen, ask):
    own = "_ZN7rlocked4main17h9e7241977266d3ecE"
    legacy = (own, "_ZN3std2rt10lang_start17hd150ec5b93428fa3E", "_ZN5alloc7raw_vec6finish17ha189885a443abc4cE")
    modern = (
        "_RNvCsbaDTWyt0MPl_7rlocked4main",
        "_RINvNtCsjrHSEGnQ3l9_3std2rt10lang_startuECsbaDTWyt0MPl_7rlocked",
        "_RNvNtCslNYArtu3iFV_5alloc7raw_vec6finish",
    )
    assert ask(name_mangling, seen.given(names(legacy, modern))) == {"rust-mangling-version": "certain"}
    assert ask(source_change, seen.given(names(legacy, modern))) == {}
    library = (*legacy[1:], "_ZN4core3ops4call17h34c27f7c0e345a99E")
    std_only = tuple(name.replace("7rlocked", "3std") for name in modern)
    assert ask(name_mangling, seen.given(names(library, std_only))) == {}
