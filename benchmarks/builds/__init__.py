"""Small projects for every build system, with planted causes: what benchmarks/rebuild.py builds."""
