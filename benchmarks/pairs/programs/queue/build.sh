#!/bin/sh
# Builds out/queue with gnatmake.
set -eu
mkdir -p out
cd out
gnatmake -q ${ADAFLAGS:-} "${SOURCE_PREFIX-$PWD/../}main.adb" -aI.. -o queue -cargs ${ADAFLAGS:-} -largs ${LDFLAGS:-}
