"""Toolchains and formats that few meet: what differs between two builds, what removes it, and what elfdiff says."""
