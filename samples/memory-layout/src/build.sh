#!/bin/sh
# Builds out/parser.
set -eu
mkdir -p out
printf '#define STAMP "%s"\n' "$(python3 -c 'print(object())')" > out/stamp.h
${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -Iout parser.c ${LDFLAGS:-} -o out/parser
