#!/bin/sh
# Builds out/greeting.o.
set -eu
mkdir -p out
${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -c greeting.c -o out/greeting.o
