"""Reads Cargo.lock, writes the list in cargo-auditable's form (zlib over JSON)."""

import json
import sys
import tomllib
import zlib

locked = sorted(tomllib.loads(sys.stdin.read())["package"], key=lambda package: package["name"])
names = [package["name"] for package in locked]
packages = []
for package in locked:
    entry = {
        "name": package["name"],
        "version": package["version"],
        "source": "crates.io" if "source" in package else "local",
    }
    if package.get("dependencies"):
        entry["dependencies"] = sorted(names.index(name) for name in package["dependencies"])
    if package["name"] == "wheel":
        entry["root"] = True
    packages.append(entry)
text = json.dumps({"packages": packages, "format": 1}, separators=(",", ":"))
sys.stdout.buffer.write(zlib.compress(text.encode()))
