from __future__ import annotations

import pytest

from elfdiff.causes.post_processing import detect as post_processing
from elfdiff.evidence.model import (
    BuildIdKept,
    CompressionChange,
    DynamicChange,
    GoSettingChange,
    LoneSectionChange,
    SectionChange,
    UnitNaming,
)

STRIP, PATCH = "strip-or-objcopy-step", "postlink-patching"
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
