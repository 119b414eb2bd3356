"""Says why two builds of one ELF program differ, and which flag fixes it."""

__version__ = "0.1.0"
