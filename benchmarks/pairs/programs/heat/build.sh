#!/bin/sh
# Builds out/heat; SOURCE_PREFIX= compiles by relative names.
set -eu
mkdir -p out
for source in grid heat; do
    ${FC:-gfortran} ${FFLAGS:-} -Jout -c "${SOURCE_PREFIX-$PWD/}$source.f90" -o "out/$source.o"
done
if [ "${LINK_ORDER:-sorted}" = sorted ]; then
    set -- out/grid.o out/heat.o
else
    set -- out/heat.o out/grid.o
fi
${FC:-gfortran} ${FFLAGS:-} ${LDFLAGS:-} "$@" -o out/heat
