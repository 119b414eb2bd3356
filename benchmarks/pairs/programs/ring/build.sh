#!/bin/sh
# Builds out/ring with Zig.
set -eu
mkdir -p out
${ZIG:-zig} build-exe ${ZIGFLAGS:-} -lc --name ring main.zig -femit-bin=out/ring --cache-dir out/cache
