"""The pipeline for what holds files: entries are explained like files, and everything between them with them."""
