"""Export and audit of the dependency lists that binaries carry."""
