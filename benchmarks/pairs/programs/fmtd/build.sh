#!/bin/sh
# Builds out/fmtd with gdc.
set -eu
mkdir -p out
for source in table main; do
    ${GDC:-gdc} ${DFLAGS:-} -I. -c "${SOURCE_PREFIX-$PWD/}$source.d" -o "out/$source.o"
done
${GDC:-gdc} ${DFLAGS:-} ${LDFLAGS:-} out/main.o out/table.o -o out/fmtd
