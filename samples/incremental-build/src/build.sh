#!/bin/sh
# Builds out/dice.
set -eu
mkdir -p out
cargo build --quiet --offline --release --target-dir "$PWD/target"
cp target/release/dice out/dice
