#!/bin/sh
# Builds out/longest with rustc, by an absolute file name.
set -eu
mkdir -p out
rustc --edition 2021 --crate-name longest -C opt-level=z -C panic=abort -C lto -C strip=debuginfo ${RUSTFLAGS:-} \
    "$PWD"/main.rs -o out/longest
