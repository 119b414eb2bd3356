#!/bin/sh
# Builds out/words, C++17; objects are compiled by the absolute name that a generator of build files would write.
set -eu
. ./stamps.sh
mkdir -p out
: "${CXX:=g++}" "${CPPFLAGS:=}" "${CXXFLAGS:=}" "${LDFLAGS:=}"

{
    echo "#pragma once"
    for kind in ${STAMPS:-}; do
        printf 'inline constexpr char stamp_%s[] = "%s";\n' "$(echo "$kind" | tr - _)" "$(stamp "$kind")"
        printf '#define HAVE_%s\n' "$(echo "$kind" | tr - _)"
    done
    if [ -n "${NAMES:-}" ]; then
        echo 'inline constexpr const char *directions[] = {'
        names
        echo '};'
    fi
} > out/stamps.hpp

case "${LINK_ORDER:-sorted}" in
sorted) sources=$(ls src/*.cpp | LC_ALL=C sort) ;;
reversed) sources=$(ls src/*.cpp | LC_ALL=C sort -r) ;;
locale) sources=$(ls src/*.cpp | sort) ;;
esac
objects=
for source in $sources; do
    object=out/$(basename "$source" .cpp).o
    $CXX $CPPFLAGS $CXXFLAGS -std=c++17 -Iout -c "${SOURCE_PREFIX-$PWD/}$source" -o "$object"
    objects="$objects $object"
done
$CXX $CXXFLAGS $LDFLAGS $objects -o out/words
