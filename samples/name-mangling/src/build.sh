#!/bin/sh
# Builds out/tally with rustc.
set -eu
mkdir -p out
rustc --edition 2021 --crate-name tally -C opt-level=1 -C panic=abort -C strip=debuginfo ${RUSTFLAGS:-} main.rs -o out/tally
