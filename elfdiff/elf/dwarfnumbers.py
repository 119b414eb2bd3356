"""The numbers of DWARF that elfdiff reads, by their names without prefixes (DWARF 5, section 7).

They are pyelftools' tables in short, and a test compares them: to import those takes 8 ms of a run's quarter second.
"""

from __future__ import annotations

FORM = {
    "addr": 0x01, "block2": 0x03, "block4": 0x04, "data2": 0x05, "data4": 0x06, "data8": 0x07, "string": 0x08,
    "block": 0x09, "block1": 0x0A, "data1": 0x0B, "flag": 0x0C, "sdata": 0x0D, "strp": 0x0E, "udata": 0x0F,
    "ref_addr": 0x10, "ref1": 0x11, "ref2": 0x12, "ref4": 0x13, "ref8": 0x14, "ref_udata": 0x15, "indirect": 0x16,
    "sec_offset": 0x17, "exprloc": 0x18, "flag_present": 0x19, "strx": 0x1A, "addrx": 0x1B, "ref_sup4": 0x1C,
    "strp_sup": 0x1D, "data16": 0x1E, "line_strp": 0x1F, "ref_sig8": 0x20, "implicit_const": 0x21, "loclistx": 0x22,
    "rnglistx": 0x23, "ref_sup8": 0x24, "strx1": 0x25, "strx2": 0x26, "strx3": 0x27, "strx4": 0x28, "addrx1": 0x29,
    "addrx2": 0x2A, "addrx3": 0x2B, "addrx4": 0x2C, "GNU_addr_index": 0x1F01, "GNU_str_index": 0x1F02,
    "GNU_ref_alt": 0x1F20, "GNU_strp_alt": 0x1F21,
}  # fmt: skip
AT = {
    "name": 0x03, "stmt_list": 0x10, "language": 0x13, "comp_dir": 0x1B, "producer": 0x25, "str_offsets_base": 0x72,
    "GNU_dwo_id": 0x2131,
}  # fmt: skip
UT = {"compile": 1, "type": 2, "partial": 3, "skeleton": 4, "split_compile": 5, "split_type": 6}
LNCT = {"path": 1, "directory_index": 2, "MD5": 5}
