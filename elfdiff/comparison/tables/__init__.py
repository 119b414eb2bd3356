"""Tables that compilers and linkers write, paired record by record."""
