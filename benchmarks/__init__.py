"""Scripts that print tables: accuracy, flags, ledger, speed."""
