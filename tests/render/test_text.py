from dataclasses import replace
from types import SimpleNamespace

import pytest

from elfdiff.actions import AddWords, Do, Export
from elfdiff.render.plan import plan_of
from elfdiff.render.style import TextStyle
from elfdiff.render.text import render_text
from elfdiff.report import (
    Confidence,
    DependencyChange,
    DependencyDiff,
    Effect,
    EvidenceItem,
    Fix,
    Interface,
    Location,
    NamesDiff,
    Report,
    Role,
    Sides,
    Verdict,
)

PLAIN = TextStyle()


def test_the_whole_text_of_an_explained_pair(made: SimpleNamespace) -> None:
    """The example of DESIGN.md, with the words that a hand-written report can give."""
    assert (
        render_text(made.explained(), PLAIN, 1)
        == """\
elfdiff: EXPLAINED  build-1/app and build-2/app differ for 2 reasons; flags remove both

DO FIRST, in both builds, from the top of the source tree; then configure from clean and rebuild:
    export CFLAGS="$CFLAGS -ffile-prefix-map=/x=." CXXFLAGS="$CXXFLAGS -ffile-prefix-map=/x=."
    export SOURCE_DATE_EPOCH="$(git log -1 --pretty=%ct)"

cause[build-path] certain: the build directory is compiled in
    a  /home/ci/build-1
    b  /tmp/b2
    79 places, 41 in .rodata, 38 in .debug_line_str; first:
    .rodata+0x1a40  symbol luaD_throw
      a  /home/ci/build-1/src/l0.c
      b  /tmp/b2/src/l0.c
    fix[build-path] removes: CFLAGS, CXXFLAGS as above (gcc 8+, clang 10+)

cause[build-time] likely: the clock of the build is compiled in
    .rodata+0x2210  symbol luaD_throw
      a  Nov 23 2026 01:29:37
      b  Nov 23 2026 01:30:31
    fix[build-time] removes: SOURCE_DATE_EPOCH as above (gcc 7+, clang 16+)

same: compiler GCC 12.2.0; needed libraries
follows: content-hash (20 bytes)
bytes: 27662 differ = 4760 causes + 22882 follow, checked + 20 hash + 0 unexplained (cmp: 374161)
where: .rodata 27662: elfdiff -v
more: elfdiff explain build-path
do first:
    export CFLAGS="$CFLAGS -ffile-prefix-map=/x=." CXXFLAGS="$CXXFLAGS -ffile-prefix-map=/x=."
    export SOURCE_DATE_EPOCH="$(git log -1 --pretty=%ct)"
elfdiff: result=explained causes=build-path,build-time unexplained=0 code=same exit=1
"""
    )


def test_within_thirty_lines(case: Report) -> None:
    assert len(render_text(case, PLAIN, 1).splitlines()) <= 30


@pytest.mark.parametrize("width", [40, 60, 80, 100])
@pytest.mark.parametrize("verbose", [False, True])
def test_no_line_is_wider_but_what_is_pasted_and_what_is_grepped(case: Report, width: int, verbose: bool) -> None:
    lines = render_text(case, TextStyle(width=width, verbose=verbose), 1).splitlines()
    words = [line for line in lines[:-1] if not any(w in line for w in ("=", "elfdiff build-1"))]
    assert [line for line in words if len(line) > width] == []


def test_ascii_has_no_other_character(case: Report) -> None:
    assert render_text(case, TextStyle(ascii=True, width=40, verbose=True), 1).isascii()


def test_the_last_fifteen_lines_hold_cause_and_action(made: SimpleNamespace) -> None:
    for report in (made.explained(), made.partly(), made.inputs_differ(), made.many_roots()):
        tail = "\n".join(render_text(report, PLAIN, 1).splitlines()[-15:])
        assert "build-time" in tail
        assert 'export SOURCE_DATE_EPOCH="$(git log -1 --pretty=%ct)"' in tail


def test_a_short_report_does_not_say_it_twice(made: SimpleNamespace) -> None:
    text = render_text(made.unexplained(), PLAIN, 1)
    assert "DO FIRST" in text
    assert "do first" not in text


def test_every_report_ends_in_the_line_for_grep(case: Report) -> None:
    last = render_text(case, PLAIN, 1).splitlines()[-1]
    assert last.startswith(f"elfdiff: result={case.verdict.value} causes=")
    assert last.endswith(" exit=1")


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("partly", "PARTLY EXPLAINED  build-1/app and build-2/app differ for 2 known reasons; nothing accounts"),
        ("unexplained", "UNEXPLAINED  build-1/app and build-2/app differ, and no known cause fits; nothing accounts"),
        ("inputs_differ", "INPUTS DIFFER  no flag makes build-1/app and build-2/app equal: luaV_execute differs from"),
        ("cause_not_in_files", "CAUSE NOT IN THESE FILES  build-1/app and build-2/app differ only in the build ID"),
        ("identical", "IDENTICAL  build-1/app and build-2/app are the same, byte for byte (18,000 bytes)"),
        ("incomparable", "INPUTS DIFFER  build-1/app and build-2/app cannot be compared byte by byte: a is for"),
    ],
)
def test_the_first_line_is_the_verdict(made: SimpleNamespace, name: str, first: str) -> None:
    assert render_text(getattr(made, name)(), PLAIN, 1).splitlines()[0] == f"elfdiff: {first}"


def test_partly_says_how_much_is_left(made: SimpleNamespace) -> None:
    text = render_text(made.partly(), PLAIN, 1)
    assert "nothing accounts" in text
    assert "1,234 bytes, 3 bytes should have changed and did not" in text
    assert "  - rebuild and compare again: so far no cause accounts for 1,237 bytes" in text
    assert "unfixed[build-path] no fix here removes it from: path-gcov-gcda" in text


def test_no_sentence_promises_equal_files(case: Report) -> None:
    if case.verdict is not Verdict.IDENTICAL:
        assert "identical" not in render_text(case, PLAIN, 1)


def test_stripped_pair_is_told_to_compare_what_was_before(made: SimpleNamespace) -> None:
    text = render_text(made.cause_not_in_files(), PLAIN, 1)
    assert "DO FIRST: compare the files as they were before strip (or their .debug files):" in text
    assert "\n    elfdiff build-1/app.debug build-2/app.debug\n" in text
    assert "None kept? Rebuild b in a's directory and change nothing else" in text
    assert 'fix[content-hash] masks; debuggers lose the link to the symbols\n        export LDFLAGS="$LDFLAGS' in text
    assert "causes=- " in text


def test_a_path_is_quoted_for_the_shell(made: SimpleNamespace) -> None:
    report = made.cause_not_in_files()
    odd = replace(report, a=replace(report.a, path="my app"), b=replace(report.b, path="a\x1b'\udcff"))
    text = render_text(odd, PLAIN, 1)
    assert "elfdiff 'my app.debug' $'a\\x1b\\x27\\xff.debug'" in text
    assert "\x1b" not in text


def test_values_are_never_raw(made: SimpleNamespace) -> None:
    evil = made.item("f", 0x2000, "a\x1b[2J\u202e\n::error::x", "b\0\udcfe")
    finding = made.finding("build-path", evidence=(evil,), title="t\x1b", summary="s\n::error::boo\x9b")
    report = made.report(
        Verdict.EXPLAINED, (finding,), ledger=made.ledger(root=5), equal_parts=("s\x07",), notes=("n\x08",)
    )
    for verbose in (False, True):
        text = render_text(report, TextStyle(verbose=verbose), 1)
        assert all(line.isprintable() for line in text.splitlines())
        assert not any(line.lstrip().startswith("::") for line in text.splitlines())


def test_a_root_without_a_fix_says_so(made: SimpleNamespace) -> None:
    report = made.report(Verdict.EXPLAINED, (made.finding("hash-order"),), ledger=made.ledger(root=5), fixable=False)
    text = render_text(report, PLAIN, 1)
    assert "differ for 1 reason; no known flag removes it" in text
    assert "  - no flag fixes hash-order; what helps: elfdiff explain hash-order" in text
    assert "fix[hash-order] none: no flag fixes this" in text


def test_a_mask_is_called_one(made: SimpleNamespace) -> None:
    mask = Fix("ld", AddWords(("LDFLAGS",), ("-Wl,--build-id=none",)), Effect.MASKS)
    finding = made.finding("random-build-id", fixes=(mask,))
    text = render_text(made.report(Verdict.EXPLAINED, (finding,), ledger=made.ledger(payload=20)), PLAIN, 1)
    assert "no known flag removes it" in text
    assert '  - only masks random-build-id:\n    export LDFLAGS="$LDFLAGS -Wl,--build-id=none"\n' in text
    assert "fix[random-build-id] masks: LDFLAGS as above" in text


def test_only_the_best_fix_is_shown_first_and_all_with_v(made: SimpleNamespace) -> None:
    assert "build both in one directory" not in render_text(made.explained(), PLAIN, 1)
    assert "removes: any: build both in one directory" in render_text(made.explained(), TextStyle(verbose=True), 1)


def test_a_second_fix_is_given_for_a_face_that_the_first_does_not_reach(made: SimpleNamespace) -> None:
    fixes = (
        Fix("rustc", AddWords(("RUSTFLAGS",), ("--remap-path-prefix=x=.",)), Effect.REMOVES, ("face-rust",)),
        Fix("gcc", AddWords(("CFLAGS",), ("-ffile-prefix-map=x=.",)), Effect.REMOVES, ("face-c",)),
        Fix("gcc", AddWords(("CFLAGS",), ("-fmacro-prefix-map=x=.",)), Effect.REMOVES, ("face-c",)),
    )
    finding = made.finding("build-path", faces=("face-c", "face-rust"), fixes=fixes)
    text = render_text(made.report(Verdict.EXPLAINED, (finding,), ledger=made.ledger(root=5)), PLAIN, 1)
    assert '    export RUSTFLAGS="$RUSTFLAGS --remap-path-prefix=x=."\n' in text
    assert '    export CFLAGS="$CFLAGS -ffile-prefix-map=x=."\n' in text
    assert "-fmacro-prefix-map" not in text
    assert "flags remove it" in text


def test_c_inside_rust_gets_both_flags_though_they_reach_one_face(made: SimpleNamespace) -> None:
    fixes = (
        Fix("rustc", AddWords(("RUSTFLAGS",), ("--remap-path-prefix=x=.",)), Effect.REMOVES, ("face",)),
        Fix("gcc", AddWords(("CFLAGS", "CXXFLAGS"), ("-ffile-prefix-map=x=.",)), Effect.REMOVES, ("face",)),
        Fix("gcc", AddWords(("CXXFLAGS", "FFLAGS", "CFLAGS"), ("-fdebug-prefix-map=x=.",)), Effect.REMOVES, ("face",)),
        Fix("any", Do("build both in one directory"), Effect.REMOVES, ("face",)),
    )
    finding = made.finding("build-path", faces=("face",), fixes=fixes)
    text = render_text(made.report(Verdict.EXPLAINED, (finding,), ledger=made.ledger(root=5)), PLAIN, 1)
    assert '    export CFLAGS="$CFLAGS -ffile-prefix-map=x=." CXXFLAGS="$CXXFLAGS -ffile-prefix-map=x=."\n' in text
    assert "  3." not in text


def test_one_action_for_two_causes_is_said_once(made: SimpleNamespace) -> None:
    fix = Fix("any", Export("LC_ALL", "C"), Effect.REMOVES)
    findings = tuple(made.finding(name, fixes=(fix,)) for name in ("locale", "time-zone"))
    text = render_text(made.report(Verdict.EXPLAINED, findings, ledger=made.ledger(root=5)), PLAIN, 1)
    assert text.count("export LC_ALL=C") == 2
    assert "flags remove both" in text


def test_a_possible_cause_is_hedged(made: SimpleNamespace) -> None:
    text = render_text(made.many_roots(), PLAIN, 1)
    assert "if it still differs (hash-order):\n    export HASH_ORDER=C\n" in text
    assert "flags may remove 5 of them" in " ".join(text.split())


def test_where_every_cause_is_only_possible_the_verdict_says_so(made: SimpleNamespace) -> None:
    fix = Fix("any", Export("LC_ALL", "C"), Effect.REMOVES)
    doubt = made.finding("locale", confidence=Confidence.POSSIBLE, fixes=(fix,))
    text = render_text(made.report(Verdict.EXPLAINED, (doubt,), ledger=made.ledger(payload=5)), PLAIN, 1)
    assert text.startswith("elfdiff: POSSIBLY EXPLAINED  ")
    assert "differ for 1 possible reason; a flag may remove it" in " ".join(text.split())
    assert "result=explained" in text
    without_bytes = replace(doubt, bytes=Sides())
    report = made.report(Verdict.EXPLAINED, (made.build_path(), without_bytes), ledger=made.ledger(payload=5))
    text = render_text(report, PLAIN, 1)
    assert text.startswith("elfdiff: EXPLAINED  ")
    assert "differ for 1 reason; a flag removes it" in " ".join(text.split())
    assert "  - if it still differs (locale):\n    export LC_ALL=C\n" in text


def test_what_no_flag_fixes_comes_last_and_not_beside_something_certain(made: SimpleNamespace) -> None:
    fix = Fix("any", Export("LC_ALL", "C"), Effect.REMOVES)
    flags = Fix("any", Do("build both with the same flags"), Effect.REMOVES)
    source = made.finding("source-change", Role.INPUT, confidence=Confidence.POSSIBLE)
    other = made.finding("build-flags", Role.INPUT, confidence=Confidence.POSSIBLE, fixes=(flags,))
    text = render_text(made.report(Verdict.INPUTS_DIFFER, (source, other), ledger=made.ledger(input=5)), PLAIN, 1)
    assert "  - if it is build-flags: build both with the same flags" in text
    assert "  - if it is source-change: build both from the same inputs; no flag fixes it" in text
    sure = made.finding("locale", fixes=(fix,))
    text = render_text(made.report(Verdict.EXPLAINED, (source, sure), ledger=made.ledger(root=5)), PLAIN, 1)
    assert "build both from the same inputs" not in text
    likely = replace(source, confidence=Confidence.LIKELY)
    text = render_text(made.report(Verdict.INPUTS_DIFFER, (likely, sure), ledger=made.ledger(root=5)), PLAIN, 1)
    assert "    export LC_ALL=C\n" in text
    assert "  - no flag fixes source-change: build both from the same inputs" in text


def test_words_to_paste_are_never_broken(made: SimpleNamespace) -> None:
    words = "-ffile-prefix-map=" + "x" * 150 + "=. -fdebug-prefix-map=y=."
    fix = Fix("gcc", AddWords(("CFLAGS",), (words,)), Effect.REMOVES)
    finding = made.finding("build-path", fixes=(fix,))
    text = render_text(made.report(Verdict.EXPLAINED, (finding,), ledger=made.ledger(root=5)), PLAIN, 1)
    assert f'    export CFLAGS="$CFLAGS {words}"\n' in text


def test_a_sentence_is_not_repeated_in_the_fix_line(made: SimpleNamespace) -> None:
    fix = Fix("make", Do("sort the list of objects in the Makefile: OBJS := $(sort $(OBJS))"), Effect.REMOVES)
    finding = made.finding("link-order", fixes=(fix,))
    text = render_text(made.report(Verdict.EXPLAINED, (finding,), ledger=made.ledger(root=5)), PLAIN, 1)
    assert "differ for 1 reason; a fix removes it" in text
    assert "fix[link-order] removes: as above" in text


def test_consequences_are_folded(made: SimpleNamespace) -> None:
    text = render_text(made.explained(), PLAIN, 1)
    assert "follows: content-hash (20 bytes)" in text
    assert "consequence[" not in text


def test_nothing_is_called_checked_until_it_is(made: SimpleNamespace) -> None:
    assert "follow" not in render_text(made.partly(), PLAIN, 1)


def test_the_sum_of_the_bytes_is_that_of_one_side(made: SimpleNamespace) -> None:
    from elfdiff.report import Classes, Sides

    totals = Classes(differing=Sides(10, 12), root=Sides(9, 2), hash=Sides(0, 7), unexplained=Sides(1, 3))
    report = made.explained()
    text = render_text(replace(report, ledger=replace(report.ledger, totals=totals)), PLAIN, 1)
    assert "bytes: 12 differ = 2 causes + 7 hash + 3 unexplained (cmp: 374161)" in text


def test_verbose_adds_tables(made: SimpleNamespace) -> None:
    text = render_text(made.partly(), TextStyle(verbose=True), 1)
    assert "section    status    bytes        differ    owned as" in text
    assert "1 more section with equal bytes at the same place" in text
    assert "0x2000 0x2010 +16: string 7 longer" in text
    assert ".text  a 0x1000+1200  b 0x1010+1234" in text
    assert "faces: path-dwarf-comp-dir, path-file-macro" in text


def test_all_evidence_is_for_verbose_text(made: SimpleNamespace) -> None:
    assert "l9.c" in render_text(made.explained(), TextStyle(verbose=True), 1)
    assert "l10.c" not in render_text(made.explained(), TextStyle(verbose=True), 1)
    assert "l40.c" in render_text(made.explained(), TextStyle(verbose=True), 1, all_evidence=True)


def test_a_value_on_one_side_only(made: SimpleNamespace) -> None:
    finding = made.finding("vcs-state", evidence=(made.item("vcs-revision", 0x2000, None, "deadbeef"),))
    text = render_text(made.report(Verdict.EXPLAINED, (finding,), ledger=made.ledger(root=5)), PLAIN, 1)
    assert "      a  (not in this file)\n      b  deadbeef\n" in text


def test_what_was_allowed_is_still_printed(made: SimpleNamespace) -> None:
    text = render_text(made.explained(), PLAIN, 0, {"build-time", "build-path"})
    assert "allowed: build-path, build-time (still counted)" in text
    assert text.rstrip().endswith("exit=0")


def test_packages_that_moved_are_named(made: SimpleNamespace) -> None:
    change = DependencyChange("serde", "upgraded", "1.0.1", "1.0.2", "registry", False, "")
    finding = made.finding("dependency-version", Role.INPUT, summary="serde 1.0.1 became 1.0.2")
    report = made.report(
        Verdict.INPUTS_DIFFER,
        (finding,),
        ledger=made.ledger(input=5),
        sbom=DependencyDiff("present", "present", "cargo-auditable", (change,)),
    )
    text = render_text(report, PLAIN, 1)
    assert text.splitlines()[0].endswith("equal: serde 1.0.1 became 1.0.2")
    assert "packages: upgraded serde 1.0.1 -> 1.0.2" in text


def test_an_input_that_a_flag_removes_is_not_called_hopeless(made: SimpleNamespace) -> None:
    locked = Fix("cargo", Do("add --locked to the cargo command"), Effect.REMOVES)
    finding = made.finding("dependency-version", Role.INPUT, fixes=(locked,), summary="serde 1.0.1 became 1.0.2")
    text = render_text(made.report(Verdict.INPUTS_DIFFER, (finding,), ledger=made.ledger(input=5)), PLAIN, 1)
    assert "were built from different inputs" in text
    assert "no flag" not in text


def test_colour_only_adds_escapes(case: Report) -> None:
    import re

    coloured = render_text(case, TextStyle(colour=True), 1)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render_text(case, PLAIN, 1)
    assert "\x1b[" in coloured


def test_many_findings_stay_within_thirty_lines_and_none_is_lost(made: SimpleNamespace) -> None:
    findings = tuple(made.finding(f"cause-{n}", confidence=Confidence.LIKELY) for n in range(36))
    text = render_text(made.report(Verdict.EXPLAINED, findings, ledger=made.ledger(root=5)), PLAIN, 1)
    assert len(text.splitlines()) <= 30
    for finding in findings:
        assert finding.cause in text


def test_a_hundred_thousand_pieces_of_evidence_take_no_time(made: SimpleNamespace) -> None:
    import time

    evidence = tuple(made.item("f", 0x2000 + n, "x" * 50, "y" * 60) for n in range(100_000))
    findings = tuple(made.finding(f"cause-{n}", evidence=evidence, evidence_total=len(evidence)) for n in range(3))
    report = made.report(Verdict.EXPLAINED, findings, ledger=made.ledger(root=5))
    start = time.monotonic()
    render_text(report, PLAIN, 1)
    assert time.monotonic() - start < 2


def test_a_summary_that_says_what_the_values_say_is_left_out(made: SimpleNamespace) -> None:
    item = made.item("f", 0x2000, "10:00", "10:01")
    finding = made.finding("build-time", evidence=(item,), summary="10:00 became 10:01; both in UTC")
    text = render_text(made.report(Verdict.EXPLAINED, (finding,), ledger=made.ledger(root=5)), PLAIN, 1)
    assert "became" not in text
    assert "\n    both in UTC\n" in text


def test_inputs_that_leave_bytes_unexplained_say_so(made: SimpleNamespace) -> None:
    change = made.finding(
        "source-change", Role.INPUT, confidence=Confidence.LIKELY, summary="main differs; only constants"
    )
    report = made.report(Verdict.INPUTS_DIFFER, (change,), ledger=made.ledger(input=2, unexplained=7))
    text = " ".join(render_text(report, PLAIN, 1).split())
    assert "no known flag makes build-1/app and build-2/app equal: main differs; nothing accounts for 7 bytes" in text


def test_the_section_table_folds_what_is_long(made: SimpleNamespace) -> None:
    report = made.explained()
    row = report.ledger.rows[1]
    many = tuple(f"cause-number-{n}" for n in range(9))
    ledger = replace(report.ledger, rows=(replace(row, name=".debug_" + "x" * 90, causes=many),))
    lines = render_text(replace(report, ledger=ledger), TextStyle(verbose=True), 1).splitlines()
    table = lines[next(n for n, line in enumerate(lines) if line.startswith("section ")) :]
    table = table[: table.index("")]
    assert all(len(line) <= 100 for line in table)
    assert all(any(cause in line for line in table) for cause in many)
    assert "4760 root" in "\n".join(table)


def test_many_findings_keep_their_values_in_one_line(made: SimpleNamespace) -> None:
    fix = Fix("any", Export("X", "1"), Effect.REMOVES)
    findings = tuple(
        made.finding(f"cause-{n}", summary=f"old-{n} became new-{n}; a caveat", fixes=(fix,)) for n in range(7)
    )
    text = render_text(made.report(Verdict.EXPLAINED, findings, ledger=made.ledger(root=5)), PLAIN, 1)
    assert len(text.splitlines()) <= 30
    for n in range(5):
        block = text.partition(f"cause[cause-{n}]")[2].partition("cause[")[0]
        assert f"\n    old-{n} became new-{n}\n" in block or ("\n    a  " in block and "\n    b  " in block)


def test_what_nobody_explains_is_shown(made: SimpleNamespace) -> None:
    item = EvidenceItem(
        "", ".rodata", None, Location(33, 9, "file", "/usr/share"), Location(33, 9, "file", "/opt/share")
    )
    report = replace(made.explained(), verdict=Verdict.UNEXPLAINED, findings=(), observed=(item,))
    text = render_text(report, PLAIN, 1)
    assert "seen, and not explained:" in text
    assert "      a  /usr/share\n      b  /opt/share\n" in text
    assert "seen, and not explained" not in render_text(replace(report, verdict=Verdict.INPUTS_DIFFER), PLAIN, 1)


def test_what_came_and_went_among_exported_names_is_told(made: SimpleNamespace) -> None:
    symbols = Interface(NamesDiff(3, ("c", "d", "e"), ("a@@V1",)), ("l.so.1", None), NamesDiff(1), NamesDiff(0))
    words = " ".join(render_text(replace(made.explained(), symbols=symbols), TextStyle(), 1).split())
    assert "symbols: exported: 3 added (c, d, 1 more), 1 removed (a@@V1); SONAME l.so.1 became none" in words
    same = Interface(NamesDiff(3), (None, None), NamesDiff(1), NamesDiff(0))
    assert "symbols:" not in render_text(replace(made.explained(), symbols=same), TextStyle(), 1)


def test_a_variable_has_one_value(made: SimpleNamespace) -> None:
    """Two findings that ask for it: a shell would take the last value, and one is as good as another."""
    report = made.explained()
    first, second, *rest = report.findings
    told = [Export("SOURCE_DATE_EPOCH", value) for value in ('"$(one)"', '"$(two)"')]
    both = [
        replace(finding, fixes=(replace(finding.fixes[0], action=action),))
        for finding, action in zip((first, second), told, strict=True)
    ]
    steps = plan_of(replace(report, findings=(*both, *rest))).steps
    assert [step.line for step in steps if "SOURCE_DATE_EPOCH" in step.line] == [told[0].line]
