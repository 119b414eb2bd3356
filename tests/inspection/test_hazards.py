"""What counts as a hazard, and what looks like one and is none; values as toolchains and scripts write them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from elfdiff.causes import cause_of
from elfdiff.inspection.model import Inspection

Inspected = Callable[..., Inspection]
Faces = Callable[[Inspection], dict[str, str]]

SHOWN = [
    (b"/home/ci/build-1/src/ldo.c", "path-file-macro", "shows"),
    (b"/builds/group/app/solve.f90", "path-gfortran-runtime", "shows"),
    (b"/home/ci/app/main.gcda", "path-gcov-gcda", "shows"),
    (b"/c/.cargo/registry/src/github.com-1ecc6299db9ec823/a-1.0.0/src/lib.rs", "path-cargo-registry-home", "shows"),
    (b"/home/ci/app/target/release/build/app-0123456789abcdef/out", "path-cargo-out-dir-env", "shows"),
    (b"/home/ci/stable/lib/rustlib/src/rust/library/core/src/lib.rs", "path-rust-src-component", "shows"),
    (b"-O2 -ffile-prefix-map=/build/vim-9.0=. -Wall", "env-flags-from-environment", "shows"),
    (b"/tmp/go-build123456789/b001/main.c", "path-go-cgo-workdir", "shows"),
    (b"/tmp/pip-wheel-f4x9swql/src/a.c", "path-home-tmp-random", "shows"),
    (b"/tmp/build-via-sdist-k2_x9dq1/src/a.c", "path-home-tmp-random", "shows"),
    (b"/tmp/.tmp-yarl-pep517-va5hg2ys/src/a.c", "path-home-tmp-random", "shows"),
    (b"/tmp/tmpadtrdkqc/build/_src/_zmq.c", "path-home-tmp-random", "shows"),
    (b"Nov 23 2026 01:29:37", "time-cpp-date-time", "shows"),
    (b"built 2026-11-23T01:29:37Z", "time-build-script-date", "shows"),
    (b"Build date: Mon Nov 23 01:29:37 UTC 2026", "time-build-script-date", "shows"),
    (b"built on: Fri Apr  3 12:29:32 2026 UTC", "time-build-script-date", "shows"),
    (b"zlib 2026-11-23T01:29:37Z", "time-build-script-date", "hints"),
    (b"build epoch 1795397377", "time-build-script-date", "shows"),
    (b"version.c changed Sun Mar  1 12:00:00 2026", "time-cpp-timestamp", "hints"),
    (b"built by margarete", "env-user-host", "hints"),
    (b"on host runner-7", "env-user-host", "hints"),
    (b"revision da6b8f8180dc", "vcs-revision", "hints"),
    (b"source tree /tmp/w/home/ci/build-1", "path-linker-map-or-script-strings", "hints"),
    (b"Mon Nov 23 01:29:37 2026", "time-cpp-timestamp", "hints"),
    (b"built on Mon Nov 23 01:29:37 CET 2026", "env-timezone", "shows"),
    (b"Linux version 6.1.0 (joe@box) (gcc 12.2.0) #3 SMP Mon Nov 23 01:29:37 UTC 2026", "time-kernel-banner", "shows"),
    (b"compiled by joe@buildbox", "env-user-host", "shows"),
    (b"uname: Linux buildkitsandbox 6.2.0-1011-azure x86_64", "env-user-host", "shows"),
    (b"root@9f86d081884c", "env-user-host", "shows"),
    (b"CMAKE_SYSTEM Linux-5.10.0-21-amd64", "env-uname-kernel", "hints"),
    (b"v1.2-3-gabcdef0-dirty", "vcs-revision", "shows"),
    (b"v1.2-3-gabcdef0", "vcs-revision", "hints"),
    (b"build-id 0f8fad5b-d9cb-469f-a165-70867728950e", "uuid-or-random-in-source-generation", "hints"),
    (b"object at 0x7f3a91c04d20", "aslr-pointer-order", "hints"),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4d" * 32, "vcs-checkout-artifacts", "shows"),
    (b"-----BEGIN PRIVATE KEY-----\n" + b"MIIEvQIB" * 8 + b"\n", "generated-keys-or-certs", "hints"),
]  # fmt: skip

INNOCENT = [
    b"/usr/share/misc/magic.c",
    b"/tmp/cache-%d/x.c",
    b"/dev/urandom",
    b"/var/lib/dpkg/status.d",
    b"http://www.apple.com/DTDs/PropertyList-1.0.dtd",
    b"../sysdeps/unix/sysv/linux/getcwd.c",
    b"src/home/ci/main.c",
    b"/rustc/0ef1bc3860123456789abcdef0123456789abcde/library/core/src/num/mod.rs",
    b"/home/user/.config/app",
    b"Copyright (C) 2026 Free Software Foundation, Jan 11 2026 01:02:03",
    b"2006-01-02T15:04:05Z07:00",
    b"Sun, 06 Nov 1994 08:49:37 GMT",
    b"%s %s %2d %02d:%02d:%02d %d",
    b"bug-coreutils@gnu.org",
    b"aes128-gcm@openssh.com",
    b"GNU/Linux 3.2.0",
    b"--dirty",
    b"this file was built by the GNU linker",
    b"the snapshot of 2026-11-23",
    b"commit 1234567 of 7654321",
    b"see https://example.org/app/commit/ec2822adaad76b126b5cccdeaa1addf2376c9aa6",
    b"expires 2026-11-23T01:29:37Z",
    b"/tmp/.X11-unix/X0",
    b"6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    b"0f8fad5b-d9cb-469f-a165-70867728950e",
    b"0x7fffffffffff",
    b"-----BEGIN PRIVATE KEY-----",
]


@pytest.mark.parametrize(("text", "face", "confidence"), SHOWN)
def test_a_text_of_the_build_is_a_hazard(inspected: Inspected, text: bytes, face: str, confidence: str) -> None:
    found = inspected({".rodata": b"hello, world\0" + text + b"\0"})
    hazard = next((item for item in found.hazards if item.face == face), None)
    assert hazard is not None, [item.face for item in found.hazards]
    assert hazard.confidence == confidence
    place = hazard.places[0]
    assert place.section == ".rodata"
    assert text.decode().startswith(place.value.replace("\\n", "\n")[:8], place.offset - 13)
    assert place.location.offset == 64 + place.offset


@pytest.mark.parametrize("text", INNOCENT)
def test_what_only_looks_like_one_is_none(inspected: Inspected, text: bytes) -> None:
    found = inspected({".rodata": b"hello, world\0" + text + b"\0"})
    assert [(item.face, item.places[0].value) for item in found.hazards] == []


def test_texts_in_code_are_not_read(inspected: Inspected) -> None:
    assert inspected({".text": b"\0/home/ci/build-1/src/ldo.c\0"}).hazards == ()


def test_rust_texts_run_into_each_other(inspected: Inspected) -> None:
    text = b"index out of bounds/home/ci/app/src/main.rs/home/ci/app/src/lib.rs"
    found = inspected({".rodata": text, ".comment": b"rustc version 1.95.0 (abc 2026-01-01)\0"})
    hazard = next(item for item in found.hazards if item.face == "path-file-macro")
    assert [place.value for place in hazard.places] == ["/home/ci/app/src/main.rs", "/home/ci/app/src/lib.rs"]
    assert hazard.advice.startswith('export RUSTFLAGS="$RUSTFLAGS --remap-path-prefix')


def test_a_rust_source_with_a_text_behind_it_is_a_source(inspected: Inspected) -> None:
    text = b"/home/ci/app/src/normalizer.rsvariant index/home/ci/app/src/token.rs1.3.1no"
    found = inspected({".rodata": text, ".comment": b"rustc version 1.95.0 (abc 2026-01-01)\0"})
    assert [hazard.face for hazard in found.hazards] == ["path-file-macro"]


def test_a_directory_of_one_run_takes_no_map(inspected: Inspected) -> None:
    found = inspected({".rodata": b"/tmp/pip-req-build-3ao8tw13/src/main.c\0"})
    assert [hazard.face for hazard in found.hazards] == ["path-home-tmp-random"]


def test_a_c_source_in_a_rust_program_takes_cflags(inspected: Inspected) -> None:
    rust = b"rustc version 1.95.0 (abc 2026-01-01)\0"
    found = inspected({".rodata": b"/home/ci/app/vendor/z/deflate.c\0", ".comment": rust})
    hazard = next(item for item in found.hazards if item.face == "path-file-macro")
    assert hazard.advice.startswith('export CFLAGS="$CFLAGS -ffile-prefix-map=')


def test_archives_with_times_are_found_by_their_whole_header(inspected: Inspected, faces: Faces) -> None:
    stamped = b"\x1f\x8b\x08\x00" + (1_700_000_000).to_bytes(4, "little") + b"\x00\x03" + bytes(16)
    unstamped = b"\x1f\x8b\x08\x00" + bytes(4) + b"\x00\x03" + bytes(16)
    assert "time-file-mtime-in-data" in faces(inspected({".rodata": stamped}))
    assert faces(inspected({".rodata": unstamped})) == {}
    assert faces(inspected({".rodata": b"bad magic \x1f\x8b\x08, PK\x03\x04, 070701, ustar" + bytes(64)})) == {}


@pytest.mark.parametrize(
    ("build_id", "face"),
    [
        (bytes(range(20)), None),
        (bytes(range(8)), None),
        (bytes(range(32)), None),
        (bytes(range(16)), "build-id-uuid"),
        (bytes.fromhex("0f8fad5bd9cb469fa16570867728950e"), "build-id-uuid"),
        (b"abc", "build-id-fixed-or-salted"),
    ],
)
def test_only_odd_build_ids_are_hazards(
    inspected: Inspected, make_note: Callable[..., bytes], build_id: bytes, face: str | None
) -> None:
    found = inspected({".note.gnu.build-id": make_note(b"GNU", 3, build_id)})
    assert [item.face for item in found.hazards] == ([face] if face else [])
    assert found.build_id == build_id.hex()


def test_mold_marks_its_uuids(inspected: Inspected, make_note: Callable[..., bytes], faces: Faces) -> None:
    sections = {".note.gnu.build-id": make_note(b"GNU", 3, bytes(range(16))), ".comment": b"mold 1.10.1\0"}
    assert faces(inspected(sections)) == {}


def test_what_is_appended_is_a_hazard(inspected: Inspected, faces: Faces) -> None:
    assert faces(inspected({".rodata": b"x"}, tail=b"hsqs" + bytes(100))) == {"bytes-outside-sections": "hints"}
    assert faces(inspected({".rodata": b"x"}, tail=bytes(100))) == {}


def test_lto_sections_are_a_hazard(inspected: Inspected, faces: Faces) -> None:
    found = faces(inspected({".gnu.lto_.decls.0123456789abcdef": b"\0" * 8}))
    assert found == {"gcc-lto-section-id": "shows", "gcc-lto-bytecode-cwd": "hints"}


def test_hazards_bear_the_catalogues_names(inspected: Inspected) -> None:
    """A face of another root, or one that the catalogue lacks, would send people to a page that is not there."""
    text = b"\0".join(text for text, _, _ in SHOWN)
    for hazard in inspected({".rodata": text, ".gnu.lto_.decls.0123456789abcdef": b"\0"}).hazards:
        cause = cause_of(hazard.face)
        assert cause is not None, hazard.face
        assert cause.id == hazard.root
        assert hazard.advice


def test_places_are_bounded_and_counted(inspected: Inspected) -> None:
    text = b"\0".join(b"/home/ci/app/src/f%d.c" % number for number in range(500))
    hazard = inspected({".rodata": text}).hazards[0]
    assert len(hazard.places) == 20
    assert hazard.total == 500
