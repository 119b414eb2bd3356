#!/bin/sh
# Builds out/clock.
set -eu
mkdir -p out
for source in clock; do
    ${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -c $source.c -o out/$source.o
done
${CC:-gcc} ${CFLAGS:-} ${LDFLAGS:-} out/clock.o -o out/clock
