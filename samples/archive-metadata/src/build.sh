#!/bin/sh
# Builds out/libgreet.a. AR_MODE is D (deterministic) or U.
set -eu
mkdir -p out
for source in main greeting; do
    ${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -c $source.c -o out/$source.o
    touch -d @1772366400 out/$source.o
    chmod 640 out/$source.o
done
ar "rc${AR_MODE:-D}s" out/libgreet.a out/main.o out/greeting.o
