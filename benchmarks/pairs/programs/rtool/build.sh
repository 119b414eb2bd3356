#!/bin/sh
# Builds out/rtool. LAYOUT=outside leaves the library out of the workspace, as a path dependency elsewhere is.
set -eu
. ./stamps.sh
mkdir -p out
for kind in ${STAMPS:-}; do
    export "RTOOL_$(echo "$kind" | tr a-z- A-Z_)=$(stamp "$kind")"
done
manifest=Cargo.toml
if [ "${LAYOUT:-workspace}" = outside ]; then
    printf '\n[workspace]\n\n[profile.release]\npanic = "abort"\n' >> app/Cargo.toml
    cp Cargo.lock app/Cargo.lock
    rm -f Cargo.toml Cargo.lock
    manifest=app/Cargo.toml
fi
cargo build --quiet --offline ${CARGO_LOCKED:-} --manifest-path "$manifest" --target-dir "$PWD/target" \
    --profile "${PROFILE:-release}" ${CARGO_FLAGS:-} -p rtool
directory=${PROFILE:-release}
[ "$directory" = dev ] && directory=debug
cp "target/$directory/rtool" out/rtool
