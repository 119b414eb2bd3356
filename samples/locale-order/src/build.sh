#!/bin/sh
# Builds out/total; the objects are linked in the order of ls.
set -eu
mkdir -p out
objects=
for source in $(ls | grep '\.c$'); do
    ${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} -c "$source" -o "out/${source%.c}.o"
    objects="$objects out/${source%.c}.o"
done
${CC:-gcc} ${CFLAGS:-} ${LDFLAGS:-} $objects -o out/total
