#!/bin/sh
# Builds out/describe.
set -eu
mkdir -p out
printf '#define STAMP "%s"\n' "$(git describe --always --dirty --abbrev=12)" > out/stamp.h
${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -Iout describe.c ${LDFLAGS:-} -o out/describe
