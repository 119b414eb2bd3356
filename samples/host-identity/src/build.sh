#!/bin/sh
# Builds out/signed.
set -eu
mkdir -p out
printf '#define STAMP "%s"\n' "$USER@$HOSTNAME" > out/stamp.h
${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -Iout signed.c ${LDFLAGS:-} -o out/signed
