#!/bin/sh
# Builds out/tagged.
set -eu
mkdir -p out
printf '#define TAGGED "%s"\n' "$(LC_ALL=C date -d @1772366400 '+%Y-%m-%d %H:%M:%S %Z')" > out/tagged.h
${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -Iout tagged.c ${LDFLAGS:-} -o out/tagged
