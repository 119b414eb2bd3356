#!/bin/sh
# Builds out/stamp.
set -eu
mkdir -p out
for source in stamp; do
    ${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -c $source.c -o out/$source.o
done
${CC:-gcc} ${CFLAGS:-} ${LDFLAGS:-} out/stamp.o -o out/stamp
