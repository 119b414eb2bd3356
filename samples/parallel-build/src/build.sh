#!/bin/sh
# Builds out/braid.
set -eu
mkdir -p out
cargo build --quiet --offline --release --target-dir "$PWD/target" -p braid
cp target/release/braid out/braid
