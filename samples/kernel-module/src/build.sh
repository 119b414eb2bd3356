#!/bin/sh
# Builds out/hello.ko as kbuild's modpost does: .modinfo and __versions say which kernel the module is for. RELEASE
# stands for the headers that were used; with SYSTEM_NAME set, both builds use those of one kernel.
set -eu
mkdir -p out
[ -z "${SYSTEM_NAME:-}" ] || RELEASE=6.1.0-50-cloud-amd64
case $RELEASE in
    *-47-*) crc=0x4da58b43 ;;
    *) crc=0xe6e2b2a8 ;;
esac
${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -DRELEASE="\"$RELEASE\"" -DCRC="${crc}UL" -c hello.c -o out/hello.o
ld -r --build-id=sha1 -o out/hello.ko out/hello.o
