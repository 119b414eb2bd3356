"""One file → Inspection: what it is, what was compiled into it, and what of that would differ in another build."""
