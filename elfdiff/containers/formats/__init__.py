"""One module a format; a module that is here is a format that elfdiff reads (docs/adding-a-format.md)."""
