#!/bin/sh
# Builds out/wheel. LOCK=ignored has no Cargo.lock, as where it was never committed: the newest version is taken.
# The dependency list is added as cargo-auditable would.
set -eu
mkdir -p out
[ "${LOCK:-committed}" = committed ] || rm -f Cargo.lock
cargo build --quiet --offline ${CARGO_LOCKED:-} --release --target-dir "$PWD/target"
cp target/release/wheel out/wheel
python3 list.py < Cargo.lock > out/list
objcopy --add-section .dep-v0=out/list out/wheel
