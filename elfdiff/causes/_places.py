"""Directories that are not the user's tree: temporary ones, toolchains, the system's own tools."""

from __future__ import annotations

from elfdiff.evidence.model import PathChange, PathPlace
from elfdiff.evidence.temporary import drawn_component
from elfdiff.patterns import late

_RANDOM = tuple(
    late(rf"\A(?:{pattern})\Z")
    for pattern in (
        r"go-build\d{5,}",
        r"rustc[A-Za-z0-9]{6}",
        r"cc[A-Za-z0-9]{6}",
        r"caml[a-z]*[0-9a-f]{6}",
        r"tmp[a-z0-9_]{8}",
        r"tmp\.[A-Za-z0-9]{6,12}",
        r"[A-Za-z_-]+[.-](?=[A-Za-z0-9]*[A-Z])(?=[A-Za-z0-9]*[a-z0-9])[A-Za-z0-9]{6,10}",
        r"\.tmp[A-Za-z0-9]{6}",
        r"cargo-install[A-Za-z0-9]{6}",
        r"pip-[a-z]+(?:-[a-z]+)*-[a-z0-9_]{8}",
        r"nix-build-.+\.drv-\d+",
        r"nix-\d+-\d+",
    )
)
_TOOLCHAIN_TAIL = late(
    r"(?:^|/)(?:lib(?:exec|32|64)?/gcc(?:-cross)?/[^/]+/[\d.]+|include/c\+\+/[\d.]+|lib/clang/[\d.]+|"
    r"toolchains/llvm/prebuilt/|sysroot/usr/(?:include|lib)|lib/rustlib/src/rust(?:/|\Z)|[^/]+/sys-root/)"
)
_RUST_VIRTUAL = late(r"\A/rustc/[0-9a-f]{40}(?:/|\Z)")
_RUST_REAL = late(r"/lib/rustlib/src/rust(?:/|\Z)")
_LOADER = late(r"(?:^|/)ld(?:-linux[\w-]*|-musl-\w+|64|-uClibc)?(?:-[\d.]+)?\.so(?:\.\d+)*\Z")
_TOOL_DIRECTORIES = frozenset(f"{head}{name}" for head in ("", "/usr", "/usr/local") for name in ("/bin", "/sbin"))
_NUMBER = late(r"\d+(?:\.\d+)+|(?<=/)\d+(?=/|\Z)|(?<=-)\d+(?=/|\Z)")


def whole(change: PathChange, side: str) -> str:
    """The whole path of one side ("a" or "b")."""
    head = change.a_directory if side == "a" else change.b_directory
    return f"{head}/{change.tail}" if change.tail else head


def random_component(a: str, b: str) -> tuple[str, str] | None:
    """The first pair of components that a temporary-name maker drew, if the directories differ in nothing else."""
    found = drawn_component(a, b)
    if found is not None:
        return found
    left, right = a.split("/"), b.split("/")
    if len(left) != len(right):
        return None
    changed = [(x, y) for x, y in zip(left, right, strict=True) if x != y]
    if not changed or not all(any(p.match(x) and p.match(y) for p in _RANDOM) for x, y in changed):
        return None
    return changed[0]


def is_rust_source(change: PathChange) -> bool:
    """One side names the standard library by its virtual path, the other by the installed rust-src component."""
    paths = whole(change, "a"), whole(change, "b")
    virtual = [bool(_RUST_VIRTUAL.match(path)) for path in paths]
    real = [bool(_RUST_REAL.search(path)) for path in paths]
    return (virtual[0] and real[1]) or (real[0] and virtual[1])


def is_toolchain(change: PathChange) -> bool:
    """The path leads into a compiler's or a system's own files, and the versions named in it are the same."""
    if is_rust_source(change):
        return True
    a, b = whole(change, "a"), whole(change, "b")
    if change.place is PathPlace.INTERPRETER:
        return bool(_LOADER.search(a) and _LOADER.search(b))
    return bool(_TOOLCHAIN_TAIL.search(a) and _TOOLCHAIN_TAIL.search(b)) and set(_NUMBER.findall(a)) == set(
        _NUMBER.findall(b)
    )


def is_system_tool(change: PathChange) -> bool:
    """A program of the system in another of its directories: /bin/sed and /usr/bin/sed."""
    return (
        change.a_directory in _TOOL_DIRECTORIES
        and change.b_directory in _TOOL_DIRECTORIES
        and bool(change.tail)
        and "/" not in change.tail
    )


def is_loader(library: str) -> bool:
    """True for the dynamic linker, which ld adds to what is needed where thread-local variables are used."""
    return bool(_LOADER.search(library))
