#!/bin/sh
# Builds out/greet.
set -eu
mkdir -p out
for source in main greeting; do
    ${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -c $source.c -o out/$source.o
done
${CC:-gcc} ${CFLAGS:-} ${LDFLAGS:-} out/main.o out/greeting.o -o out/greet
