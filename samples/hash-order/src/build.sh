#!/bin/sh
# Builds out/compass.
set -eu
mkdir -p out
python3 names.py > out/names.h
${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -Iout compass.c ${LDFLAGS:-} -o out/compass
