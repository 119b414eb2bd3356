#!/bin/sh
# Builds out/ticket.
set -eu
mkdir -p out
printf '#define STAMP "%s"\n' "${BUILD_UUID:-$(cat /proc/sys/kernel/random/uuid)}" > out/stamp.h
${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -Iout ticket.c ${LDFLAGS:-} -o out/ticket
