#!/bin/sh
# Builds out/roots. As a configure script would, it uses libm where LIBM says that it was found.
set -eu
mkdir -p out
found= library=
if [ -n "${LIBM:-}" ]; then
    found=-DHAVE_LIBM library=-lm
fi
${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} $found main.c ${LDFLAGS:-} $library -o out/roots
