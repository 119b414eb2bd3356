#!/bin/sh
# Builds out/start: assembly, no C library.
set -eu
mkdir -p out
if [ -n "${ONE_STEP:-}" ]; then
    sed -i '/\.file/d' start.S sum.S
    exec ${CC:-gcc} ${CFLAGS:-} ${ASFLAGS:-} -nostdlib -static ${LDFLAGS:-} start.S sum.S -o out/start
fi
for source in start sum; do
    ${CC:-gcc} ${CFLAGS:-} ${ASFLAGS:-} -c "${SOURCE_PREFIX-$PWD/}$source.S" -o "out/$source.o"
done
if [ "${LINK_ORDER:-sorted}" = sorted ]; then
    set -- out/start.o out/sum.o
else
    set -- out/sum.o out/start.o
fi
${CC:-gcc} -nostdlib -static ${LDFLAGS:-} "$@" -o out/start
