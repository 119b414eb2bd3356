#!/bin/sh
# Builds out/rplain with rustc alone, by the absolute name that a generator of build files would write.
set -eu
. ./stamps.sh
mkdir -p out
for kind in ${STAMPS:-}; do
    export "RPLAIN_$(echo "$kind" | tr a-z- A-Z_)=$(stamp "$kind")"
done
${RUSTC:-rustc} --edition 2021 --crate-name rplain -C opt-level=2 ${RUSTFLAGS:-} "${SOURCE_PREFIX-$PWD/}src/main.rs" -o out/rplain
