"""Machine code: where references stand in it, and which function is which."""
