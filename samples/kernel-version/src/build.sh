#!/bin/sh
# Builds out/platform.
set -eu
mkdir -p out
printf '#define STAMP "%s"\n' "${SYSTEM_NAME:-$(uname -sr)}" > out/stamp.h
${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -Iout platform.c ${LDFLAGS:-} -o out/platform
