#!/bin/sh
# Prints build.h: what the library says about its own build.
set -eu
. ./stamps.sh
echo "static const char store_build[] ="
echo '    "libstore 2.3.0"'
for kind in ${STAMPS:-}; do
    echo "    \" ($kind: $(stamp "$kind"))\""
done
echo "    ;"
