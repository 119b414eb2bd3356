"""Reports written by hand: one for each hard case."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from elfdiff.actions import AddWords, Do, Export
from elfdiff.report import (
    Breakpoint,
    Classes,
    Code,
    Confidence,
    Effect,
    EvidenceItem,
    FileFacts,
    FileFormat,
    Finding,
    Fix,
    Ledger,
    Location,
    OwnedRun,
    Report,
    Role,
    SectionRow,
    Sides,
    UnexplainedSpan,
    Verdict,
)

FORMAT = FileFormat(64, "little", "Advanced Micro Devices X86-64", "DYN")
A = FileFacts("build-1/app", 1440000, "a" * 64, FORMAT, "edc1" * 10, False, ("GCC 12.2.0",), "absent")
B = FileFacts("build-2/app", 1440016, "b" * 64, FORMAT, "606a" * 10, False, ("GCC 12.2.0",), "absent")

PREFIX_MAP = Fix(
    "gcc", AddWords(("CFLAGS", "CXXFLAGS"), ("-ffile-prefix-map=/x=.",)), Effect.REMOVES, since="gcc 8, clang 10"
)
EPOCH = Fix(
    "any",
    Export("SOURCE_DATE_EPOCH", '"$(git log -1 --pretty=%ct)"'),
    Effect.REMOVES,
    since="gcc 7, clang 16",
    note="a date in the build script must read it itself",
)


def same(count: int) -> Sides:
    return Sides(count, count)


def item(face: str, offset: int, a: str | None, b: str | None, section: str | None = ".rodata") -> EvidenceItem:
    sides = [Location(offset, len(text), "file", text) if text is not None else None for text in (a, b)]
    return EvidenceItem(face, section, "luaD_throw" if section else None, *sides)


def finding(cause: str, role: Role = Role.ROOT, **given: object) -> Finding:
    values: dict[str, object] = {
        "confidence": Confidence.CERTAIN,
        "title": f"the {cause} title",
        "summary": "",
        "faces": (f"{cause}-face",),
        "follows": (),
        "sections": (".rodata",),
        "bytes": same(10),
        "evidence_total": 1,
        "evidence": (item(f"{cause}-face", 0x2A40, f"value of {cause} in a", f"value of {cause} in b"),),
        "fixes": (),
        "unfixed": (),
        "docs": f"docs/causes/{cause}.md",
    }
    return Finding(cause=cause, role=role, **{**values, **given})  # type: ignore[arg-type]


def ledger(**counts: int) -> Ledger:
    classes = {name: same(count) for name, count in counts.items()}
    differing = sum(count for name, count in counts.items() if name not in ("moved", "contradicted"))
    totals = Classes(differing=same(differing), **classes)
    rows = (
        SectionRow("ELF header", (0, 64), (0, 64), "same", (), Classes()),
        SectionRow(".rodata", (0x1000, 0x4000), (0x1000, 0x4010), "changed", ("build-path",), totals),
    )
    owners = [(name, count) for name, count in counts.items() if name not in ("moved", "contradicted") and count]
    runs = tuple(
        OwnedRun(side, 0x2000 + 0x100 * index, count, ".rodata", name, ("build-path",), "prefix 1")
        for side in "ab"
        for index, (name, count) in enumerate(owners)
    )
    return Ledger(totals, rows, runs, (Breakpoint(0x2000, 0x2010, 16, "string 7 longer"),))


def build_path(**given: object) -> Finding:
    evidence = (
        item("path-file-macro", 0, "/home/ci/build-1", "/tmp/b2", None),
        *(
            item("path-file-macro", 0x2A40 + 64 * n, f"/home/ci/build-1/src/l{n}.c", f"/tmp/b2/src/l{n}.c")
            for n in range(41)
        ),
        *(item("path-dwarf-comp-dir", 0x9000 + n, "/home/ci/build-1", "/tmp/b2", ".debug_line_str") for n in range(38)),
    )
    values: dict[str, object] = {
        "title": "the build directory is compiled in",
        "faces": ("path-dwarf-comp-dir", "path-file-macro"),
        "evidence": evidence,
        "evidence_total": len(evidence),
        "fixes": (PREFIX_MAP, Fix("any", Do("build both in one directory"), Effect.REMOVES)),
    }
    return finding("build-path", **{**values, **given})


def build_time(**given: object) -> Finding:
    values: dict[str, object] = {
        "title": "the clock of the build is compiled in",
        "confidence": Confidence.LIKELY,
        "faces": ("time-cpp-date-time",),
        "evidence": (item("time-cpp-date-time", 0x3210, "Nov 23 2026 01:29:37", "Nov 23 2026 01:30:31"),),
        "fixes": (EPOCH,),
    }
    return finding("build-time", **{**values, **given})


def content_hash() -> Finding:
    ids = tuple(Location(0x328, 20, "file", text * 10) for text in ("edc1", "606a"))
    return finding(
        "content-hash",
        Role.CONSEQUENCE,
        title="the ID is a hash that also covered bytes now stripped",
        summary="20 bytes, as sha1 has; --build-id=uuid would have 16",
        faces=("build-id-content-hash",),
        sections=(".note.gnu.build-id",),
        bytes=same(20),
        evidence=(EvidenceItem("build-id-content-hash", ".note.gnu.build-id", None, *ids),),
        fixes=(
            Fix(
                "ld",
                AddWords(("LDFLAGS",), ("-Wl,--build-id=none",)),
                Effect.MASKS,
                note="debuggers lose the link to the symbols",
            ),
        ),
    )


def report(verdict: Verdict, findings: tuple[Finding, ...] = (), **given: object) -> Report:
    values: dict[str, object] = {
        "tool_version": "0.1.0",
        "a": A,
        "b": B,
        "fixable": None,
        "code": None,
        "ledger": None,
        "raw_differing": 374161,
        "equal_parts": ("compiler GCC 12.2.0", "needed libraries"),
    }
    return Report(verdict=verdict, findings=findings, **{**values, **given})  # type: ignore[arg-type]


def explained() -> Report:
    counts = {"root": 4760, "consequence": 22882, "hash": 20, "moved": 100}
    return report(
        Verdict.EXPLAINED,
        (build_path(), build_time(), content_hash()),
        fixable=True,
        code=Code.SAME,
        ledger=ledger(**counts),
    )


def partly() -> Report:
    left = ledger(root=40, payload=19, unexplained=1234, contradicted=3)
    spans = (UnexplainedSpan(".text", (0x1000, 1200), (0x1010, 1234)), UnexplainedSpan(None, (0x90, 3), None))
    return report(
        Verdict.PARTLY_EXPLAINED,
        (build_path(unfixed=("path-gcov-gcda",)), build_time()),
        fixable=True,
        ledger=replace(left, unexplained_spans=spans),
    )


def unexplained() -> Report:
    return report(Verdict.UNEXPLAINED, ledger=ledger(unexplained=77))


def inputs_differ() -> Report:
    change = finding(
        "source-change",
        Role.INPUT,
        title="the source itself differs",
        summary="luaV_execute differs from its third instruction on: add eax, 1 became add eax, 2",
    )
    return report(Verdict.INPUTS_DIFFER, (build_time(), change), fixable=True, ledger=ledger(input=4, payload=8))


def cause_not_in_files() -> Report:
    return report(
        Verdict.CAUSE_NOT_IN_FILES,
        (content_hash(),),
        a=replace(A, stripped=True),
        b=replace(B, stripped=True),
        code=Code.SAME,
        ledger=ledger(hash=20),
        equal_parts=("every byte outside the build ID",),
    )


def identical() -> Report:
    facts = FileFacts("build-1/app", 18000, "c" * 64)
    return report(Verdict.IDENTICAL, a=facts, b=replace(facts, path="build-2/app"), raw_differing=0, equal_parts=())


def incomparable() -> Report:
    return report(Verdict.INPUTS_DIFFER, incomparable="a is for x86-64, b is for AArch64", equal_parts=())


def many_roots() -> Report:
    names = ("hash-order", "locale", "host-identity", "random-value", "uninitialised-memory", "memory-layout")
    others = tuple(
        finding(
            name,
            confidence=Confidence.POSSIBLE,
            fixes=() if index % 2 else (Fix("any", Export(name.upper().replace("-", "_"), "C"), Effect.REMOVES),),
        )
        for index, name in enumerate(names)
    )
    return report(
        Verdict.EXPLAINED, (build_path(), build_time(), *others), fixable=False, ledger=ledger(root=50, hash=20)
    )


CASES = {
    maker.__name__: maker
    for maker in (
        explained,
        partly,
        unexplained,
        inputs_differ,
        cause_not_in_files,
        identical,
        incomparable,
        many_roots,
    )
}


@pytest.fixture
def made() -> SimpleNamespace:
    """The makers of reports, findings, evidence and ledgers."""
    return SimpleNamespace(
        **CASES, report=report, finding=finding, item=item, ledger=ledger, build_path=build_path, build_time=build_time
    )


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest) -> Report:
    """Each hard case in turn."""
    return CASES[request.param]()
