from __future__ import annotations

import pytest

from elfdiff.causes.random_seed import detect as random_seed
from elfdiff.evidence.model import CoverageStampChange, SectionChange


def section(name, status):
    return SectionChange(section=name, name=name, status=status, a_size=8, b_size=8, allocated=False)


@pytest.mark.parametrize(
    ("scheme", "face"),
    [
        ("lto-section", "gcc-lto-section-id"),
        ("cuda", "cuda-module-id"),
        ("omp-offload", "openmp-offload-inode"),
        ("lfortran", "lfortran-random-id"),
    ],
)
def test_each_tool_has_its_scheme(seen, ask, scheme, face):
    assert ask(random_seed, seen.given(seen.renamed(scheme))) == {face: "certain"}


def test_lto_sections_that_are_partners_but_for_the_identifier(seen, ask):
    a, b = ".gnu.lto_.profile.76de1b0e9314c036", ".gnu.lto_.profile.42c625ac425e8cd7"
    pair = section(a, "removed"), section(b, "added")
    assert ask(random_seed, seen.given(*pair)) == {"gcc-lto-section-id": "certain"}
    assert ask(random_seed, seen.given(pair[0])) == {}


def test_coverage_stamps(seen, ask):
    assert ask(random_seed, seen.given(CoverageStampChange(count=2, total=3))) == {"random-gcov-stamp": "certain"}


def test_names_of_other_schemes_and_other_compilers_are_no_seeds(seen, ask):
    for scheme in ("rust-v0", "gcc-clone", "llvm-suffix", "uniq"):
        assert ask(random_seed, seen.given(seen.renamed(scheme))) == {}
    drift = seen.tool("gcc", "GCC 11", "GCC 12")
    assert ask(random_seed, seen.given(drift, seen.renamed("lto-section"))) == {}


def test_the_seed_is_offered_only_to_the_faces_it_reaches(seen):
    context = seen.given().context
    assert random_seed.fixes_for(context, ("random-gcov-stamp",))[0].action.words == (r"-frandom-seed=\$@",)
    assert not any(
        "-frandom-seed=" in fix.action.line and "$@" in fix.action.line
        for fix in random_seed.fixes_for(context, ("cuda-module-id",))
    )
