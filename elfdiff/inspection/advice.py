"""Sign → Hazard: the catalogue's best fix for a face, chosen for the tools that signed this file."""

from __future__ import annotations

from elfdiff.causes import Cause, cause_of
from elfdiff.evidence.model import Context
from elfdiff.inspection.model import Hazard
from elfdiff.inspection.sign import Sign
from elfdiff.inspection.subject import Subject
from elfdiff.report import Fix, Role
from elfdiff.values import replace

_TOOLS = {"c": ("gcc", "clang"), "c++": ("gcc", "clang"), "rust": ("rustc", "cargo"), "go": ("go",)}
NONE = "no flag fixes this; elfdiff explain {root} says what helps"
FOLLOWS = "nothing to fix here: it follows from what else differs; see elfdiff explain {root}"


def advise(sign: Sign, subject: Subject) -> Hazard:
    """The hazard with the first fix that reaches its face, removing ones before masking ones."""
    cause = cause_of(sign.root)
    fix = _fix(sign, cause, context(subject)) if cause else None
    otherwise = FOLLOWS if cause is not None and cause.role is Role.CONSEQUENCE else NONE
    return Hazard(
        face=sign.face,
        root=sign.root,
        title=sign.title,
        confidence=sign.confidence,
        places=sign.places,
        total=sign.total,
        fix=fix,
        otherwise="" if fix else otherwise.format(root=sign.root),
        note=sign.note,
    )


def context(subject: Subject) -> Context:
    """The file as the catalogue's fixes want to know it: both sides of a pair that is only one file."""
    tools = tuple((tool.kind, tool.version) for tool in subject.tools)
    elf = subject.elf
    return Context(
        a_tools=tools,
        b_tools=tools,
        languages=subject.languages,
        machine=elf.header.machine_name,
        stripped=elf.is_stripped,
        has_debug=any(section.name.startswith((".debug_", ".zdebug_")) for section in elf.sections),
        relocatable=elf.header.type_name == "REL",
        kernel_module=elf.section(".modinfo") is not None,
    )


def _fix(sign: Sign, cause: Cause, known: Context) -> Fix | None:
    if sign.language is not None and sign.language not in known.languages:
        known = replace(known, languages=(*known.languages, sign.language))
    fixes = cause.fixes_for(known, (sign.face,)) or cause.fixes
    fitting = [fix for fix in fixes if sign.face in fix.reaches or not fix.reaches]
    tools = _TOOLS.get(sign.language or "", ())
    return next((fix for fix in fitting if any(tool in fix.toolchain for tool in tools)), next(iter(fitting), None))
