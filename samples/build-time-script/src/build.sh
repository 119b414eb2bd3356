#!/bin/sh
# Builds out/about.
set -eu
mkdir -p out
now=${SOURCE_DATE_EPOCH:-$(date +%s)}
printf '#define BUILD_DATE "%s"\n#define BUILD_EPOCH "%s"\n' "$(date -u -d "@$now" +%Y-%m-%dT%H:%M:%SZ)" "$now" > out/stamp.h
${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -Iout about.c ${LDFLAGS:-} -o out/about
