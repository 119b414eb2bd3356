#!/bin/sh
# Builds out/$PACKAGE from a Debian source tree, without its own build system: one object a source, by absolute names,
# and one object more that holds what STAMPS and WITH_DATE put into it.
set -eu
. ./stamps.sh
mkdir -p out
: "${CC:=gcc}" "${CXX:=g++}" "${CPPFLAGS:=}" "${CFLAGS:=}" "${CXXFLAGS:=}" "${LDFLAGS:=}"
libraries=
case "$PACKAGE" in
bzip2) sources="blocksort.c huffman.c crctable.c randtable.c compress.c decompress.c bzlib.c bzip2.c" ;;
lua5.4) sources=$(ls src/l*.c | LC_ALL=C sort | grep -v luac.c) defines=-DLUA_USE_POSIX libraries=-lm ;;
lz4) sources=$(ls lib/*.c programs/*.c | LC_ALL=C sort) defines="-Ilib -DXXH_NAMESPACE=LZ4_" ;;
tinyxml2) sources="tinyxml2.cpp xmltest.cpp" ;;
tree) sources=$(ls *.c | LC_ALL=C sort | grep -v strverscmp.c) defines="-DLINUX -D_LARGEFILE64_SOURCE" ;;
zlib)
    sources="adler32.c crc32.c deflate.c inffast.c inflate.c inftrees.c trees.c zutil.c compress.c uncompr.c gzclose.c
        gzlib.c gzread.c gzwrite.c infback.c"
    defines="-fPIC -DHAVE_UNISTD_H -DHAVE_STDARG_H" libraries="-shared -Wl,-soname,libz.so.1"
    ;;
esac
[ "${LINK_ORDER:-sorted}" = sorted ] || sources=$(printf '%s\n' $sources | tac)

{
    for kind in ${STAMPS:-}; do
        printf 'const char package_%s[] = "%s %s";\n' "$(echo "$kind" | tr - _)" "$PACKAGE" "$(stamp "$kind")"
    done
    if [ -n "${NAMES:-}" ]; then
        echo 'const char *const package_directions[] = {'
        names
        echo '};'
    fi
    echo '#ifdef WITH_DATE'
    echo 'const char package_built[] = "built on " __DATE__ " at " __TIME__;'
    echo '#endif'
    echo 'int package_stamps;'
} > out/stamps.c

compile() {
    case "$1" in
    *.cpp) $CXX $CPPFLAGS $CXXFLAGS ${defines:-} -w -c "${SOURCE_PREFIX-$PWD/}$1" -o "$2" ;;
    *) $CC $CPPFLAGS $CFLAGS ${defines:-} -w -c "${SOURCE_PREFIX-$PWD/}$1" -o "$2" ;;
    esac
}
objects=
for source in $sources out/stamps.c; do
    object=out/$(basename "${source%.*}").o
    compile "$source" "$object"
    objects="$objects $object"
done
case "$PACKAGE" in
tinyxml2) $CXX $CXXFLAGS $LDFLAGS $objects $libraries -o "out/$PACKAGE" ;;
*) $CC $CFLAGS $LDFLAGS $objects $libraries -o "out/$PACKAGE" ;;
esac
