"""The alignment of two files: who stands where, and what every reference must therefore hold."""
