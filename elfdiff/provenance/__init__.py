"""Provenance: bundles and statements, verified offline, shown, and compared."""
