from __future__ import annotations

from dataclasses import replace

from elfdiff.causes.kernel_version import detect as kernel_version
from elfdiff.evidence.model import WordKind

FACE = "env-uname-kernel"


def test_a_release_behind_linux_is_proof(seen, ask):
    word = seen.word(WordKind.KERNEL, "6.1.0-18-amd64", "6.6.15-cloud", "build system Linux 6.1.0-18-amd64")
    assert ask(kernel_version, seen.given(word)) == {FACE: "certain"}


def test_a_short_number_is_only_likely(seen, ask):
    assert ask(kernel_version, seen.given(seen.word(WordKind.KERNEL, "6.1", "6.6", "linux 6.1"))) == {FACE: "likely"}


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
