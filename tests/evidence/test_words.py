"""Which kind of word changed."""

import pytest

from elfdiff.evidence.model import WordKind
from elfdiff.evidence.words import differences, is_translation, kind_by_name


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ("id 9f1c2b3a-0d4e-4f5a-8b6c-7d8e9f0a1b2c", "id 00000000-0d4e-4f5a-8b6c-7d8e9f0a1b2d", WordKind.UUID),
        (
            "commit 0123456789abcdef0123456789abcdef01234567",
            "commit f123456789abcdef0123456789abcdef01234567",
            WordKind.REVISION,
        ),
        ("v2.1.0-1-g7c9bc5f", "v2.1.0-2-ge3f9e93", WordKind.DESCRIBE),
        ("v2.1.0-1-g7c9bc5f", "v2.1.0-1-g7c9bc5f-dirty", WordKind.DESCRIBE),
        ("v2.1.0", "v2.1.0-3-gabcdef0", WordKind.DESCRIBE),
        ("built by root@alpha", "built by ci@runner-12", WordKind.USER_HOST),
        ("hostname: alpha", "hostname: beta", WordKind.HOST),
        ("Linux 6.1.0-18-amd64", "Linux 6.1.0-21-amd64", WordKind.KERNEL),
        ("build number 17", "build number 18", WordKind.COUNTER),
        ("#17 SMP", "#18 SMP", WordKind.COUNTER),
        ("GITHUB_RUN_ID=7124411", "GITHUB_RUN_ID=7124999", WordKind.COUNTER),
        ("pipeline id: 7124411", "pipeline id: 7124999", WordKind.COUNTER),
        ("/tmp/ccAbCd12.s", "/tmp/ccZyXw98.s", WordKind.TEMPORARY),
        ("/tmp/go-build123456789/b001", "/tmp/go-build987654321/b001", WordKind.TEMPORARY),
        ("Tue Nov 14", "Di 14. Nov", WordKind.LOCALE),
        ("3.14", "3,14", WordKind.LOCALE),
        ("program 1.2.3", "program 1.2.4", WordKind.VERSION),
        ("the limit is 10", "the limit is 20", WordKind.OTHER),
        ("hello world", "hello there", WordKind.OTHER),
        ("built 14Dec2023 x", "built 14Dez2023 x", WordKind.LOCALE),
        ("id-6098be55d49f7067e9d39396eb5e25f6", "id-e48abfd2053bf2415920b0783e772d0a", WordKind.RANDOM),
        ("{A2F8182BC85A869B51AE65E921F5AEC5}", "{7FA1CA4A0A4D77F88FB73105ACBE978E}", WordKind.RANDOM),
        ("git-678004ace2c4 (main)", "git-d48f89857797 (main)", WordKind.REVISION),
        ("1.4.0-dev+056c9a306", "1.4.0-dev+4da3ea028", WordKind.REVISION),
        ("libfoo-6098be55d49f7067.so", "libfoo-e48abfd2053bf241.so", WordKind.OTHER),
        ("_RNvC1_4core3mar7dec2flt", "_RNvC1_4core3mai7nov2flt", WordKind.OTHER),
        ("_RNvNtC4_3Sep3sat4core", "_RNvNtC4_3Dez3dom4core", WordKind.OTHER),
    ],
)
def test_kinds(a: str, b: str, kind: WordKind) -> None:
    (found,) = differences(a, b)
    assert found.kind is kind
    (back,) = differences(b, a)
    assert back.kind is kind


def test_times_are_told_apart_from_words() -> None:
    (found,) = differences("built Nov 14 2023 22:13:20 here", "built Nov 14 2023 22:13:21 here")
    assert found.a_stamp is not None
    assert (found.a, found.b) == ("Nov 14 2023 22:13:20", "Nov 14 2023 22:13:21")


def test_two_words_of_two_kinds() -> None:
    kinds = [
        item.kind
        for item in differences(
            "v1 ci@a 0123456789abcdef0123456789abcdef01234567", "v1 ci@b 1123456789abcdef0123456789abcdef01234567"
        )
    ]
    assert kinds == [WordKind.USER_HOST, WordKind.REVISION]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("released on Tuesday, 14 November 2023", "released on Dienstag, 14 November 2023"),
        ("releasedTuesday, 14", "releasedDienstag, 14"),
    ],
)
def test_names_of_days_in_another_language(a: str, b: str) -> None:
    (found,) = differences(a, b)
    assert found.kind is WordKind.LOCALE


@pytest.mark.parametrize(
    ("symbol", "kind"),
    [
        ("stamp_user", WordKind.USER_HOST),
        ("built_by", WordKind.USER_HOST),
        ("build_number", WordKind.COUNTER),
        ("kBuildHost", WordKind.HOST),
        ("git_sha", WordKind.REVISION),
        ("users", WordKind.OTHER),
        ("message", WordKind.OTHER),
    ],
)
def test_the_name_of_an_object_tells_what_it_holds(symbol: str, kind: WordKind) -> None:
    assert kind_by_name(symbol) is kind


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("releasedTuesday", "releasedDienstag", True),
        ("October", "octobre", True),
        ("Mar", "mars", False),
        ("may", "mai", False),
        ("Tuesday", "Thursday", False),
    ],
)
def test_a_name_written_out_in_two_languages(a, b, expected):
    assert is_translation(a, b) is expected


UNAME = "Linux {} {} #1 SMP PREEMPT Wed May 11 06:57:18 UTC 2022 ({}) x86_64 GNU/Linux"


def test_what_uname_prints_is_a_machine_and_its_kernel() -> None:
    a = UNAME.format("lamb24", "5.14.21-150400.22-default", "49db222")
    b = UNAME.format("build73", "5.17.5-1-default", "1a0b7f1").replace("May 11", "Apr 27")
    assert [item.kind for item in differences(f"info: {a}", f"info: {b}")] == [WordKind.HOST, WordKind.KERNEL]


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ("5.13.8-arch1-1", "5.13.10-arch1-1", WordKind.KERNEL),
        ("6.1.0-18-amd64", "6.1.0-21-cloud-amd64", WordKind.KERNEL),
        ("4.18.0-513.5.1.el8_9.x86_64", "4.18.0-553.el8_10.x86_64", WordKind.KERNEL),
        ("1.2.3-default", "1.2.4-default", WordKind.VERSION),
        ("5.13.8", "5.13.10", WordKind.VERSION),
        ("5.13.8-rc1", "5.13.8-rc2", WordKind.VERSION),
    ],
)
def test_the_release_of_a_distributions_kernel_needs_no_word_beside_it(a: str, b: str, kind: WordKind) -> None:
    assert [item.kind for item in differences(a, b)] == [kind]


@pytest.mark.parametrize(
    ("a", "b", "kinds"),
    [
        ("Linux mill 6.1.0-18-amd64 x86_64", "Linux tower 5.10.0-28-amd64 x86_64", [WordKind.HOST, WordKind.KERNEL]),
        (
            "#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)",
            "#1 SMP Debian 5.10.209-2 (2024-01-31)",
            [WordKind.KERNEL],
        ),
        (
            "#45-Ubuntu SMP Fri Aug 30 12:02:04 UTC 2024",
            "#52~22.04.1-Ubuntu SMP Thu Dec 5 13:09:44 UTC 2024",
            [WordKind.KERNEL],
        ),
    ],
)
def test_what_uname_prints_is_the_kernels_own(a: str, b: str, kinds: list[WordKind]) -> None:
    assert [found.kind for found in differences(a, b)] == kinds
