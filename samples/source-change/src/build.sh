#!/bin/sh
# Builds out/fee.
set -eu
mkdir -p out
for source in fee; do
    ${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -c $source.c -o out/$source.o
done
${CC:-gcc} ${CFLAGS:-} ${LDFLAGS:-} out/fee.o -o out/fee
