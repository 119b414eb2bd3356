#!/bin/sh
# Builds out/workers.
set -eu
mkdir -p out
printf '#define STAMP "%s"\n' "$JOBS" > out/stamp.h
${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -Iout workers.c ${LDFLAGS:-} -o out/workers
