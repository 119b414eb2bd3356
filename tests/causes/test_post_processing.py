from __future__ import annotations

import pytest

from elfdiff.causes import catalogue
from elfdiff.causes.build_id_setting import detect as build_id_setting
from elfdiff.causes.post_processing import detect as post_processing
from elfdiff.evidence.model import (
    BuildIdKept,
    ChangedAfterLink,
    CompressionChange,
    DynamicChange,
    ForeignBuildId,
    GoSettingChange,
    HeaderChange,
    LoneSectionChange,
    PathPlace,
    SectionChange,
    SectionHole,
    UnitNaming,
)
from elfdiff.judging import judged

STRIP, PATCH, DWZ = "strip-or-objcopy-step", "postlink-patching", "debug-rewritten-by-debugedit-dwz"
KEPT = BuildIdKept(length=20)


def section(name, status, a=None, b=None, allocated=False):
    return SectionChange(section=name, name=name, status=status, a_size=a, b_size=b, allocated=allocated)


def test_a_missing_symbol_table_is_a_strip_step(seen, ask):
    gone = section(".symtab", "removed", 900), section(".strtab", "removed", 400)
    assert ask(post_processing, seen.given(*gone)) == {STRIP: "certain"}
    loaded = section(".rela.dyn", "removed", 48, allocated=True)
    assert ask(post_processing, seen.given(*gone, loaded)) == {STRIP: "likely"}
    assert ask(post_processing, seen.given(*gone, seen.tool("gcc", "11", "12"))) == {}


def test_gos_own_flag_is_a_setting(seen, ask):
    gone = section(".symtab", "removed", 900)
    assert ask(post_processing, seen.given(gone, GoSettingChange(key="-ldflags", a_value=None, b_value="-s"))) == {}


def test_debug_sections_count_only_with_a_sign_of_the_step(seen, ask):
    debug = section(".debug_info", "removed", 400)
    assert ask(post_processing, seen.given(debug)) == {}
    assert ask(post_processing, seen.given(debug, KEPT)) == {STRIP: "certain"}
    assert ask(post_processing, seen.given(debug, section(".symtab", "resized", 0x390, 0x318))) == {STRIP: "certain"}
    assert ask(post_processing, seen.given(debug, section(".symtab", "resized", 0x318, 0x390))) == {}


def test_another_profile_strips_as_it_goes(seen, ask):
    debug, table = section(".debug_info", "removed", 400), section(".symtab", "resized", 0x390, 0x318)
    naming = UnitNaming(a_plain=0, b_plain=16, a_incremental=40, b_incremental=0)
    assert ask(post_processing, seen.given(debug, table, naming)) == {}
    assert ask(post_processing, seen.given(debug, table, seen.function("main"))) == {}
    gone = section(".symtab", "removed", 900)
    assert ask(post_processing, seen.given(gone, seen.function("main"))) == {STRIP: "likely"}


def test_compression_after_the_link_needs_an_equal_build_id(seen, ask):
    stored = CompressionChange(name=".debug_info", a_method=None, b_method="zlib", same_contents=True)
    assert ask(post_processing, seen.given(stored, KEPT)) == {STRIP: "certain"}
    assert ask(post_processing, seen.given(stored)) == {}


@pytest.mark.parametrize(
    ("name", "face"),
    [
        (".gnu_debuglink", STRIP),
        (".gnu_debugaltlink", "debug-rewritten-by-debugedit-dwz"),
        (".gnu.prelink_undo", PATCH),
        (".note.bolt_info", "post-link-optimizer"),
    ],
)
def test_each_step_leaves_its_section(seen, ask, name, face):
    assert ask(post_processing, seen.given(section(name, "added", None, 20))) == {face: "certain"}


def test_a_changed_run_path_under_an_equal_build_id_was_patched(seen, ask):
    entry = DynamicChange(tag="DT_RUNPATH", a_value="$ORIGIN", b_value=None)
    assert ask(post_processing, seen.given(entry, KEPT)) == {PATCH: "certain"}
    assert ask(post_processing, seen.given(entry)) == {}
    crossed = seen.text("libz.so.1", "XXXXXXXXX", section=".dynstr")
    assert ask(post_processing, seen.given(crossed)) == {PATCH: "certain"}


def test_a_bundled_library_carries_the_hash_of_its_content(seen, ask):
    bundled = DynamicChange(tag="DT_NEEDED", a_value="libz-dd453c56.so.1", b_value="libz-0a1b2c3d.so.1")
    assert ask(post_processing, seen.given(bundled)) == {PATCH: "likely"}
    other = DynamicChange(tag="DT_NEEDED", a_value="libz-dd453c56.so.1", b_value="libpng-0a1b2c3d.so.1")
    assert ask(post_processing, seen.given(other)) == {}


def test_options_of_bolt_alone(seen, ask):
    lone = LoneSectionChange(name=".note.bolt_info")
    assert ask(post_processing, seen.given(lone)) == {"post-link-optimizer": "certain"}
    assert ask(post_processing, seen.given(LoneSectionChange(name=".comment"))) == {}


def changed(differing=None, side="b"):
    return ChangedAfterLink(section=".note.gnu.build-id", side=side, differing=differing)


@pytest.mark.parametrize(
    ("facts", "faces"),
    [
        ([section(".symtab", "removed", 900), section(".comment", "removed", 40)], {STRIP}),
        ([section(".debug_info", "removed", 900)], {STRIP}),
        ([section(".mine", "added", None, 3)], {STRIP}),
        ([section(".rodata", "retyped", 3, 3, allocated=True)], {STRIP}),
        ([section(".symtab", "resized", 900, 800)], {STRIP}),
        ([section(".text", "retyped", 9, 9), DynamicChange(tag="DT_NEEDED", a_value="x", b_value=None)], {STRIP}),
        ([HeaderChange(field_name="section headers", a_value="30", b_value="none")], {STRIP}),
        ([CompressionChange(name=".debug_info", a_method=None, b_method="zlib", same_contents=True)], {STRIP}),
        ([], {STRIP}),
        ([section(".debug_info", "resized", 900, 700), section(".debug_str", "rewritten", 50, 50)], {DWZ}),
        ([DynamicChange(tag="DT_RUNPATH", a_value="/a", b_value="/b"), section(".symtab", "rewritten", 8, 8)], {PATCH}),
        ([section(".dynstr", "resized", 50, 60), section(".symtab", "removed", 900)], {PATCH, STRIP}),
        ([section(".bolt.org.text", "added", None, 9), section(".text", "resized", 9, 12)], {"post-link-optimizer"}),
        ([section(".gnu.liblist", "added", None, 9)], {PATCH}),
    ],
)
def test_a_file_that_is_not_what_its_build_id_says_went_through_a_step(seen, ask, facts, faces):
    assert ask(post_processing, seen.given(KEPT, changed(), *facts)) == dict.fromkeys(faces, "certain")


def test_contents_changed_in_a_finished_file_have_no_owner(seen):
    text, function = seen.text("hello", "hellO"), seen.function("work")
    (match,) = post_processing.detect(seen.given(KEPT, changed(200), text, function))
    assert match.face == "edited-after-link"
    assert text not in match.because
    assert function not in match.because
    assert "work" in match.summary


def test_headers_that_no_longer_describe_the_program_are_damage(seen):
    lost = [section(name, "removed", 90, allocated=True) for name in (".text", ".dynstr", ".rodata")]
    (match,) = post_processing.detect(seen.given(KEPT, changed(300), *lost, section(".symtab", "removed", 9)))
    assert match.face == "edited-after-link"
    assert not set(lost) & set(match.because)


def test_a_few_bytes_are_damage_and_have_no_owner(seen):
    path = seen.path("/srv/a", "/srw/a", "x.c", PathPlace.DEBUG_NAME)
    (match,) = post_processing.detect(seen.given(KEPT, changed(1, "a"), path))
    assert (match.face, match.confidence.value) == ("edited-after-link", "certain")
    assert "1 byte of a" in match.summary
    assert path not in match.because


def test_where_a_file_was_changed_after_its_link_no_flag_of_the_build_is_named(seen):
    path = seen.path("/srv/a", "/srw/a", "x.c", PathPlace.DEBUG_DIRECTORY)
    facts = [path, seen.tool("gcc", "11", "12"), seen.function("work"), section(".debug_str", "rewritten", 50, 50)]
    assert {match.cause.id for match in judged(catalogue(), seen.given(KEPT, *facts)).matches} >= {"toolchain-version"}
    assert {match.cause.id for match in judged(catalogue(), seen.given(KEPT, changed(900), *facts)).matches} == {
        "post-processing"
    }


def test_a_file_without_section_headers(seen, ask):
    bare = HeaderChange(field_name="section headers", a_value="30", b_value="none")
    assert ask(post_processing, seen.given(bare, section(".symtab", "removed", 9))) == {STRIP: "likely"}
    assert ask(post_processing, seen.given(bare, KEPT)) == {STRIP: "certain"}


def test_a_tool_that_only_one_side_names_went_with_the_comment(seen, ask):
    tool, comment = seen.tool("gcc", "12", None), section(".comment", "removed", 40)
    gone = section(".symtab", "removed", 900)
    assert ask(post_processing, seen.given(gone, tool)) == {}
    assert ask(post_processing, seen.given(gone, tool, comment)) == {STRIP: "certain"}


def test_a_hole_where_the_build_id_stood_is_no_setting_of_the_linker(seen, ask):
    hole = SectionHole(section=".note.gnu.build-id", name=".note.gnu.build-id", side="b")
    note = seen.build_id(20, 0)
    assert ask(build_id_setting, seen.given(note)) == {"build-id-fixed-or-salted": "certain"}
    assert ask(build_id_setting, seen.given(note, hole)) == {}
    assert ask(post_processing, seen.given(note, hole)) == {STRIP: "certain"}


def test_an_id_that_is_no_digest_was_edited(seen, ask):
    foreign = ForeignBuildId(section=".note.gnu.build-id", side="b")
    evidence = seen.given(seen.build_id(20), foreign, only_hashes_differ=True)
    assert ask(post_processing, evidence) == {"edited-after-link": "likely"}
