"""What toolchains put inside a binary: comments, producers, build information, dependency lists."""
