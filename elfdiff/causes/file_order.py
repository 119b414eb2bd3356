"""The files of a directory came in another order.

## What it looks like

The same names in another sequence: the entries of a tar or zip, the lines of a list of files (RECORD, md5sums,
SOURCES.txt), the arguments of a command that a script recorded:

    a  usr/bin/one usr/bin/two usr/bin/three
    b  usr/bin/three usr/bin/one usr/bin/two

## Why it happens

readdir(3) gives the order of the file system: a hash on ext4, creation on tmpfs, anything on overlays. `find`,
`tar DIR`, `zip -r`, os.listdir, os.walk, glob.glob and Path.glob hand it on, unsorted.

## How to be sure

The same names stand on both sides, in two orders: the order is proved. Who chose it the names cannot tell. Where both
sides are sorted, by bytes and as a dictionary does, it is `locale`; where one side is sorted, that side had a sort. A
list that a program took out of a hash table looks the same where the names are few: mount the tree through disorderfs
and build again; if the order follows, this was it.
"""

from __future__ import annotations

from collections.abc import Iterator

from elfdiff.actions import Do
from elfdiff.causes._entries import changes_of, told
from elfdiff.causes._wording import listed
from elfdiff.causes.model import Claim, Proof, cause
from elfdiff.evidence.entries import EntryOrderChange
from elfdiff.evidence.files import ListOrderChange
from elfdiff.evidence.model import Context, EvidenceSet
from elfdiff.report import Effect, Fix, Role

TAR, ZIP, LIST, OTHER = "order-tar", "order-zip", "order-in-lists", "order-of-entries"
LINKS = "order-of-hard-links"
_FACES = {"tar": TAR, "zip": ZIP}

_TAR = Fix("tar", Do("write the archive with tar --sort=name"), Effect.REMOVES, (TAR, LINKS), since="GNU tar 1.28")
_ZIP = Fix(
    "zip",
    Do("write the archive from a sorted list", "find . -type f | LC_ALL=C sort | zip -X -@ out.zip"),
    Effect.REMOVES,
    (ZIP,),
    note="python: sorted(…) around os.listdir, os.walk and glob",
)
_LIST = Fix(
    "build script",
    Do("sort where a directory is read: find … | LC_ALL=C sort; python: sorted(…) around os.listdir, os.walk and glob"),
    Effect.REMOVES,
    (LIST, OTHER),
    note="disorderfs shows whether a build depends on the order of directories",
)
_ALL = (_TAR, _ZIP, _LIST)


def choose(context: Context, faces: tuple[str, ...]) -> tuple[Fix, ...]:
    """The fixes that reach a face of this pair."""
    return tuple(fix for fix in _ALL if set(fix.reaches) & set(faces))


@cause(
    title="the files of a directory came in another order",
    role=Role.ROOT,
    faces={
        TAR: "the entries of a tar stand in another order",
        ZIP: "the entries of a zip stand in another order",
        LIST: "a list of files has another order",
        OTHER: "entries stand in another order",
        LINKS: "another name of a file with hard links came first",
    },
    fixes=_ALL,
    references=(
        "Reproducible Builds, stable inputs: https://reproducible-builds.org/docs/stable-inputs/",
        "GNU tar manual, --sort: https://www.gnu.org/software/tar/manual/html_section/create-options.html",
        "disorderfs: https://salsa.debian.org/reproducible-builds/disorderfs",
    ),
    choose=choose,
)
def detect(evidence: EvidenceSet) -> Iterator[Claim]:
    """Equal sets of names in another order, unless two collations explain it."""
    for order in evidence.of(EntryOrderChange):
        if not order.hashed and {order.a_sorted, order.b_sorted} != {"C", "locale"}:
            face = _FACES.get(order.container.partition(".")[0], OTHER)
            yield Claim(face, (order,), Proof.RECORDED, _summary(order), "the names cannot tell who chose the order")
    links = tuple(changes_of(evidence, "links"))
    if links:
        yield Claim(LINKS, links, Proof.RECORDED, told(links))
    for listing in evidence.of(ListOrderChange):
        if {listing.a_sorted, listing.b_sorted} != {"C", "locale"}:
            yield Claim(
                LIST,
                (listing,),
                Proof.SHAPE,
                _summary(listing),
                "a list taken out of a hash table looks the same",
            )


def _summary(order: EntryOrderChange | ListOrderChange) -> str:
    where = next((i for i, (x, y) in enumerate(zip(order.a_order, order.b_order, strict=False)) if x != y), 0)
    left, right = (listed(side[where : where + 2], 2) for side in (order.a_order, order.b_order))
    return f"where they part, a goes on with {left}, b with {right}"
