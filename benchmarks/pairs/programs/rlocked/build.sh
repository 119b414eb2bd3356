#!/bin/sh
# Builds out/rlocked. LOCK=ignored has no Cargo.lock, as where it was never committed: the newest version is taken.
# AUDITABLE=1 adds the dependency list that cargo-auditable would.
set -eu
mkdir -p out
[ "${LOCK:-committed}" = committed ] || rm -f Cargo.lock
cargo build --quiet --offline ${CARGO_LOCKED:-} --release --target-dir "$PWD/target"
cp target/release/rlocked out/rlocked
if [ -n "${AUDITABLE:-}" ]; then
    python3 list.py < Cargo.lock > out/list
    ${OBJCOPY:-objcopy} --add-section .dep-v0=out/list out/rlocked
fi
