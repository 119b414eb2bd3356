"""Words and numbers that elfdiff holds itself are those of pyelftools."""

from elftools.dwarf import enums as dwarf
from elftools.elf import enums
from elftools.elf.descriptions import describe_e_machine

from elfdiff.elf import dwarfnumbers, names


def test_machines_are_called_as_pyelftools_calls_them() -> None:
    numbers = {number: name for name, number in enums.ENUM_E_MACHINE.items()}
    for number, words in names._MACHINES.items():
        assert describe_e_machine(numbers[number]) == words == names.machine_name(number)


def test_types_and_tags_are_those_of_pyelftools() -> None:
    for machine in (3, 8, 40, 62, 183, 243):
        for number in (*range(40), *names._GNU_SECTION_TYPES):
            assert names.section_type_name(number, machine) == names._section_types(machine).get(
                number, f"0x{number:x}"
            )
        for number in (*range(40), *names._GNU_SEGMENT_TYPES):
            assert names.segment_type_name(number, machine) == names._segment_types(machine).get(
                number, f"0x{number:x}"
            )
        for number in (-1, *range(60), *names._GNU_DYNAMIC_TAGS):
            assert names.dynamic_tag_name(number, machine) == names._dynamic_tags(machine).get(number, f"0x{number:x}")


def test_numbers_of_dwarf_are_those_of_pyelftools() -> None:
    for prefix, ours in (
        ("FORM", dwarfnumbers.FORM),
        ("AT", dwarfnumbers.AT),
        ("UT", dwarfnumbers.UT),
        ("LNCT", dwarfnumbers.LNCT),
    ):
        theirs = getattr(dwarf, f"ENUM_DW_{prefix}")
        assert ours == {name: theirs[f"DW_{prefix}_{name}"] for name in ours}
