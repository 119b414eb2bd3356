from __future__ import annotations

from dataclasses import replace

from elfdiff.causes.build_id_setting import detect as build_id_setting
from elfdiff.causes.kernel_version import detect as kernel_version
from elfdiff.causes.source_change import detect as source_change
from elfdiff.evidence.model import ModuleInfoChange, ModuleVersionsChange, NoteChange, WordKind

FACE, TARGET = "env-uname-kernel", "kernel-module-target"
MAGIC = "6.1.0-{} SMP preempt mod_unload modversions "


def entry(seen, key, a, b):
    return ModuleInfoChange(
        section=".modinfo",
        a=None if a is None else seen.place(f"{key}={a}"),
        b=None if b is None else seen.place(f"{key}={b}"),
        key=key,
        a_value=a,
        b_value=b,
    )


def checksums(seen, count=3, total=9):
    place = seen.place("0x4da58b43")
    return ModuleVersionsChange(section="__versions", a=place, b=place, first="misc_register", count=count, total=total)


def test_two_values_of_vermagic_are_two_kernels(seen, ask):
    kernels = entry(seen, "vermagic", MAGIC.format(47), MAGIC.format(50))
    assert ask(kernel_version, seen.given(kernels)) == {TARGET: "certain"}
    assert ask(kernel_version, seen.given(kernels, checksums(seen))) == {TARGET: "certain"}
    otherwise = entry(seen, "vermagic", "6.1.0-47 SMP preempt ", "6.1.0-47 SMP preempt_rt ")
    assert ask(kernel_version, seen.given(otherwise)) == {TARGET: "certain"}


def test_other_checksums_under_one_vermagic_are_likely_another_kernel(seen, ask):
    assert ask(kernel_version, seen.given(checksums(seen))) == {TARGET: "likely"}


def test_what_a_module_says_of_itself_is_no_kernel(seen, ask):
    for key in ("description", "alias", "srcversion", "version"):
        assert ask(kernel_version, seen.given(entry(seen, key, "one", "two"))) == {}
    assert ask(kernel_version, seen.given(entry(seen, "vermagic", MAGIC.format(47), None))) == {}


def test_code_and_salt_follow_from_another_kernel(seen, ask):
    kernels = entry(seen, "vermagic", MAGIC.format(47), MAGIC.format(50))
    salt = NoteChange(
        section=".note.Linux", a=seen.place("47"), b=seen.place("50"), kind="build-salt", a_length=8, b_length=8
    )
    changed = seen.function("pfkey_send")
    assert ask(build_id_setting, seen.given(kernels, salt)) == {}
    assert ask(build_id_setting, seen.given(salt)) == {"build-id-fixed-or-salted": "certain"}
    assert ask(source_change, seen.given(kernels, changed)) == {}
    own_sources = entry(seen, "srcversion", "A5D84BEC", "0B7711AA")
    assert ask(source_change, seen.given(kernels, own_sources)) == {"source-change": "certain"}


def test_a_stamp_in_a_generated_header_changes_srcversion_too(seen, ask):
    stamp = seen.word(WordKind.KERNEL, "6.1.0-18-amd64", "6.6.15-cloud", "built on Linux 6.1.0-18-amd64")
    own_sources = entry(seen, "srcversion", "A5D84BEC", "0B7711AA")
    assert ask(source_change, seen.given(own_sources)) == {"source-change": "certain"}
    assert ask(source_change, seen.given(own_sources, stamp)) == {}


def test_a_release_behind_linux_is_proof(seen, ask):
    word = seen.word(WordKind.KERNEL, "6.1.0-18-amd64", "6.6.15-cloud", "build system Linux 6.1.0-18-amd64")
    assert ask(kernel_version, seen.given(word)) == {FACE: "certain"}


def test_a_short_number_may_be_what_the_program_asks_for(seen, ask):
    short = seen.word(WordKind.KERNEL, "5.10.0", "6.1.0", "requires Linux 5.10.0 or newer")
    assert ask(kernel_version, seen.given(short)) == {FACE: "possible"}
    built = seen.word(WordKind.KERNEL, "6.1", "6.6", "built on linux 6.1")
    assert ask(kernel_version, seen.given(built)) == {FACE: "likely"}


def test_the_kernel_that_a_module_is_for_is_no_host(seen, ask):
    word = seen.word(WordKind.KERNEL, "6.1.0-18-amd64", "6.6.15-cloud", "vermagic=6.1.0-18-amd64 SMP mod_unload")
    assert ask(kernel_version, seen.given(word)) == {}
    plain = seen.word(WordKind.KERNEL, "6.1.0-18-amd64", "6.6.15-cloud", "name 6.1.0-18-amd64")
    assert ask(kernel_version, seen.given(replace(plain, section=".modinfo"))) == {}
    banner = seen.word(WordKind.KERNEL, "6.1.1-a", "6.1.2-a", "Linux version 6.1.1-a (root@host)")
    assert ask(kernel_version, seen.given(banner)) == {}


def test_versions_of_the_program_are_not_kernels(seen, ask):
    assert ask(kernel_version, seen.given(seen.word(WordKind.VERSION, "6.1.0", "6.6.15", "calc 6.1.0"))) == {}


def test_a_package_with_linux_in_its_name_has_a_version_of_its_own(seen, ask):
    assert ask(kernel_version, seen.given(seen.word(WordKind.KERNEL, "2.38.1", "2.39.0", "util-linux 2.38.1"))) == {}


def test_the_output_of_uname_is_proof(seen, ask):
    a, b = (
        f"{release} #1 SMP Wed May 11 06:57:18 UTC 2022 x86_64" for release in ("5.14.21-default", "5.17.5-default")
    )
    facts = seen.given(seen.word(WordKind.KERNEL, a, b, f"system info: Linux lamb24 {a}"))
    assert ask(kernel_version, facts) == {"env-uname-kernel": "certain"}


def test_a_release_alone_is_likely(seen, ask):
    facts = seen.given(seen.word(WordKind.KERNEL, "5.13.8-arch1-1", "5.13.10-arch1-1"))
    assert ask(kernel_version, facts) == {"env-uname-kernel": "likely"}
