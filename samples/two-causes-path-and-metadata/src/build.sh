#!/bin/sh
# Builds out/dice. LAYOUT=workspace makes pips a member of the same workspace, which is the fix.
set -eu
mkdir -p out
profile='[profile.release]
opt-level = "z"
panic = "abort"
strip = "debuginfo"
'
if [ "${LAYOUT:-outside}" = workspace ]; then
    printf '[workspace]\nmembers = ["app", "pips"]\nresolver = "2"\n\n%s' "$profile" > Cargo.toml
    manifest=Cargo.toml
else
    printf '\n[workspace]\n\n%s' "$profile" >> app/Cargo.toml
    manifest=app/Cargo.toml
fi
cargo build --quiet --offline --release --manifest-path "$manifest" --target-dir "$PWD/target" -p dice
cp target/release/dice out/dice
