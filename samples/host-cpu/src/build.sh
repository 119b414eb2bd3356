#!/bin/sh
# Builds out/mean.
set -eu
mkdir -p out
for source in mean; do
    ${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -c $source.c -o out/$source.o
done
${CC:-gcc} ${CFLAGS:-} ${LDFLAGS:-} out/mean.o -o out/mean
