"""i386 code by hand (Intel SDM volume 2)."""

from __future__ import annotations

from elfdiff.comparison.code.machines import i386

THUNK = "e8fb0f0000"  # call .+0x1000
ADD_EBX = "81c3fb1f0000"  # add ebx, 0x1ffb: 0x10005 + 0x1ffb = 0x12000
LEA = "8d8310f0ffff"  # lea eax, [ebx - 0xff0]
GOT = 0x12000


def test_distance_from_the_got(piece, meant) -> None:  # type: ignore[no-untyped-def]
    found = i386.references(piece(THUNK + ADD_EBX + LEA, got=GOT))
    assert meant(found) == {7: GOT, 13: GOT - 0xFF0}
    assert found.at.tolist() == [1]
    assert found.table_origin == GOT


def test_a_register_that_holds_something_else(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # mov ebx, eax in between.
    assert 15 not in meant(i386.references(piece(THUNK + ADD_EBX + "89c3" + LEA, got=GOT)))
    # Another number added is not the GOT's address.
    assert not meant(i386.references(piece(THUNK + "81c3fc1f0000" + LEA, got=GOT)))


def test_a_register_kept_on_the_stack(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # mov [esp+12], ebx; mov ebx, eax; push eax; mov ebx, [esp+16]; lea eax, [ebx - 0xff0]
    kept = "895c240c" + "89c3" + "50" + "8b5c2410"
    assert meant(i386.references(piece(THUNK + ADD_EBX + kept + LEA, got=GOT)))[24] == GOT - 0xFF0
    # [esp+12] is another word after the push.
    other = "895c240c" + "89c3" + "50" + "8b5c240c"
    assert 24 not in meant(i386.references(piece(THUNK + ADD_EBX + other + LEA, got=GOT)))


def test_what_does_not_return_ends_the_way(piece, meant) -> None:  # type: ignore[no-untyped-def]
    # je over: mov ebx, eax; call abort (the function's last instruction, too); over: lea; call abort
    abort_first, abort_last = "e8f0000000", "e8e5000000"
    code = THUNK + ADD_EBX + "7407" + "89c3" + abort_first + LEA + abort_last
    assert meant(i386.references(piece(code, got=GOT)))[22] == GOT - 0xFF0


def test_fixed_addresses(piece) -> None:  # type: ignore[no-untyped-def]
    # push 0x8048123; mov eax, [0x804a000]
    assert i386.references(piece("6823810408" + "a100a00408", absolute=True)).at.tolist() == [1, 6]


def test_padding() -> None:
    assert i386.is_padding(bytes.fromhex("8db426000000006690"), 0)  # lea esi, [esi+eiz+0]; xchg ax, ax
    assert not i386.is_padding(bytes.fromhex("8d7601"), 0)  # lea esi, [esi+1]
