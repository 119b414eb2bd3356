#!/bin/sh
# Builds out/numbered.
set -eu
mkdir -p out
printf '#define STAMP "%s"\n' "$BUILD_NUMBER" > out/stamp.h
${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -Iout numbered.c ${LDFLAGS:-} -o out/numbered
