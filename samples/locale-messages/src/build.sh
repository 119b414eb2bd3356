#!/bin/sh
# Builds out/released.
set -eu
mkdir -p out
printf '#define RELEASED "%s"\n' "$(date -u -d @1772366400 '+%A, %d %B %Y')" > out/released.h
${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -Iout released.c ${LDFLAGS:-} -o out/released
