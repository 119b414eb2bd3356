"""Many pairs: read from a manifest, run on cores or machines, kept in a journal, ranked by cause."""
