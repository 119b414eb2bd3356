"""Causes that toolchains show which few meet; each with what looks like it and is none."""

from __future__ import annotations

from dataclasses import replace

from elfdiff.causes.appended_data import detect as appended_data
from elfdiff.causes.build_path import detect as build_path
from elfdiff.causes.file_order import detect as file_order
from elfdiff.causes.hash_order import detect as hash_order
from elfdiff.causes.memory_layout import detect as memory_layout
from elfdiff.causes.post_processing import detect as post_processing
from elfdiff.causes.random_seed import detect as random_seed
from elfdiff.causes.temporary_path import detect as temporary_path
from elfdiff.evidence.entries import EntryFieldChange, EntryOrderChange
from elfdiff.evidence.model import CarriedChange, LoneSectionChange, PathPlace, StaleGap


def order(container):
    return EntryOrderChange(
        container=container, a_order=("b", "a"), b_order=("a", "b"), count=2, a_sorted=None, b_sorted=None
    )


def test_a_set_of_modules_is_a_hash_table_and_a_directory_is_none(seen, ask):
    for container in ("zip.modules", "PAR"):
        evidence = seen.given(order(container), plain=True)
        assert ask(hash_order, evidence) == {"hash-seed-order": "certain"}
        assert ask(file_order, evidence) == {}
    evidence = seen.given(order("zip"), plain=True)
    assert ask(hash_order, evidence) == {}
    assert ask(file_order, evidence) != {}


def cache(a, b):
    return EntryFieldChange(container="SEA", entry="", field_name="cache", a_value=a, b_value=b)


def test_a_cache_of_one_script_holds_a_seed(seen, ask):
    assert ask(random_seed, seen.given(cache("of script 1", "of script 1"))) == {"v8-hash-seed": "certain"}
    assert ask(random_seed, seen.given(cache("of script 1", "of script 2"))) == {}


def test_gplc_is_told_by_the_name_of_its_object(seen, ask):
    renamed = seen.renamed("temporary-file", a="gplc6jFb0h.o", b="gplcymFb0h.o")
    assert ask(temporary_path, seen.given(renamed)) == {"gnu-prolog-temp-names": "certain"}


def test_types_of_ctf_in_another_order(seen, ask):
    lone = LoneSectionChange(section=".ctf", name=".ctf")
    assert ask(memory_layout, seen.given(lone)) == {"aslr-pointer-order": "likely"}
    assert ask(memory_layout, seen.given(lone, seen.text("width", "height", section=".ctf"))) == {}
    assert ask(memory_layout, seen.given(LoneSectionChange(section=".rodata", name=".rodata"))) == {}


def test_type_information_has_a_face_of_its_own(seen, ask):
    change = replace(seen.path("/home/one", "/srv/two", "p.c", where=PathPlace.TEXT), section=".ctf")
    assert ask(build_path, seen.given(change, languages=("c",))) == {"path-type-information": "certain"}


def test_what_stands_before_the_section_headers(seen, ask):
    gap = StaleGap(section="gap before the section headers", a=seen.place(".d"), b=seen.place("in"))
    assert ask(post_processing, seen.given(gap)) == {"debug-rewritten-by-debugedit-dwz": "likely"}


def test_a_section_of_unknown_contents_is_no_proof_of_objcopy(seen, ask):
    carried = CarriedChange(section=".rackprog", place=".rackprog", form="data", a=seen.place("x"), b=seen.place("y"))
    assert ask(appended_data, seen.given(carried)) == {"embedded-archive": "certain"}
    assert ask(post_processing, seen.given(carried)) == {}
