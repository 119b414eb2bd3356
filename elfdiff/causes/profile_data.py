"""The compiler used another execution profile.

## What it looks like

Functions move between `.text.hot`, `.text.unlikely` and the rest, `.cold` parts appear and vanish, other calls are
inlined; names and texts stay the same. With `-g` the flag is recorded on both sides: `-fprofile-use=…`.


## Why it happens

Profile-guided optimisation runs the program while building and feeds what it counted to the compiler. Counts differ
from run to run when the training is parallel, depends on time, or ran on other input; bash, grep, gzip, Python and
gcc itself are built so.

## How to be sure

Two files with `-fprofile-use` on both sides do not say which profile each saw: then elfdiff names nothing, and the
code is reported as it is. A profile flag on one side only is proof. Otherwise rebuild both with the one kept profile;
if they are equal, the profile was the cause.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Do
from elfdiff.causes._code import code_changed
from elfdiff.causes._facts import inputs_differ, tools_differ
from elfdiff.causes._flags import sort_flags
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.model import DataChange, EvidenceSet, FlagChange, FunctionChange, LineNumbersChange, TextChange
from elfdiff.report import Effect, Fix, Role

_KEEP = Fix(
    "gcc, clang",
    Do(
        "keep one profile with the sources and use it in both builds, or build without one "
        "(--without-pgo, --disable-optimizations)"
    ),
    Effect.REMOVES,
    ("pgo-profile-variation",),
)
_PARALLEL = Fix(
    "gcc",
    Do(
        "train in one thread on fixed input; with gcc, -fprofile-reproducible=parallel-runs makes counts "
        "add up in any order"
    ),
    Effect.REMOVES,
    ("pgo-profile-variation",),
    since="gcc 10",
)


@cause(
    title="another execution profile was used",
    role=Role.INPUT,
    faces={
        "pgo-profile-variation": "profile-guided optimisation saw another profile, or ran on one side",
    },
    fixes=(_KEEP, _PARALLEL),
    references=(
        "GCC manual: -fprofile-use, -fprofile-reproducible",
        "theunreproduciblepackage: pgo",
    ),
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    if not tools_differ(evidence):
        changes = [(c, sort_flags(c.a_flags).profile, sort_flags(c.b_flags).profile) for c in evidence.of(FlagChange)]
        changes = [item for item in changes if bool(item[1]) != bool(item[2])]
        if changes:
            _, a, b = changes[0]
            yield Claim(
                "pgo-profile-variation",
                tuple(change for change, _, _ in changes),
                Proof.RECORDED,
                f"only {'a' if a else 'b'} was compiled with {(a or b)[0]}",
                explains_code=True,
            )
        elif evidence.context.profiled and code_changed(evidence) and not inputs_differ(evidence):
            functions = tuple(change for change in evidence.of(FunctionChange) if change.certain)
            texts = any(evidence.has(kind) for kind in (TextChange, DataChange, LineNumbersChange))
            yield Claim(
                "pgo-profile-variation",
                functions,
                Proof.CONSISTENT if texts else Proof.SHAPE,
                f"both were optimised by a profile (-fprofile-use), and {len(functions)} functions differ",
                "a change of the source looks the same; the profiles themselves are not in these files",
                explains_code=True,
            )
