"""bytes → ElfFile. Knows the format, compares nothing.

The entry functions are :func:`elfdiff.elf.file.parse` (bytes) and :func:`elfdiff.elf.reading.read_bytes` (a path).
"""
