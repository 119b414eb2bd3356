#!/bin/sh
# Builds out/calc: one translation unit a file, linked in the order that LINK_ORDER names.
set -eu
. ./stamps.sh
mkdir -p out
: "${CC:=gcc}" "${CPPFLAGS:=}" "${CFLAGS:=}" "${LDFLAGS:=}" "${LDLIBS:=}"

: > out/build_info.h
for kind in ${STAMPS:-}; do
    printf '#define STAMP_%s "%s"\n' "$(echo "$kind" | tr a-z- A-Z_)" "$(stamp "$kind")" >> out/build_info.h
done
if [ -n "${NAMES:-}" ]; then
    { echo 'static const char *const directions[] = {'; names; echo '};'; } >> out/build_info.h
fi

case "${LINK_ORDER:-sorted}" in
sorted) sources=$(ls src | LC_ALL=C sort) ;;
reversed) sources=$(ls src | LC_ALL=C sort -r) ;;
shuffled) sources=$(ls src | LC_ALL=C sort | awk 'NR % 2 { odd = odd " " $0; next } { print } END { print odd }') ;;
locale) sources=$(ls src | sort) ;;
esac

objects=
for source in $sources; do
    case "$source" in *.c) ;; *) continue ;; esac
    object=out/${source%.c}.o
    $CC $CPPFLAGS $CFLAGS -Iout -c "${SOURCE_PREFIX-$PWD/}src/$source" -o "$object"
    objects="$objects $object"
done
$CC $CFLAGS $LDFLAGS $objects $LDLIBS -o out/calc
