"""map + rewrites + matches → Ledger: who owns which differing byte, and the proof that replays a into b."""
