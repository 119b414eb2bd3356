#!/bin/sh
# ldc 1.30.0 (Debian 12, ldc 1:1.30.0-1+b1) names a source that it is given by an absolute path without its first slash:
# DW_AT_name is "tmp/x/p.d" and DW_AT_comp_dir is "/". One would expect the absolute name, or the working directory and a
# relative one, as other compilers write. Whoever looks for absolute paths in debug information (a check for leaked build
# directories, a prefix map by debugedit -b) finds none. In the text of an assert the slash is there.
# Needs apt-get with Debian 12's packages, dpkg-deb, readelf. Fails if ldc writes the slash.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq ldc=1:1.30.0-1+b1 libphobos2-ldc-shared-dev=1:1.30.0-1+b1 libphobos2-ldc-shared100=1:1.30.0-1+b1 libllvm14 \
    libz3-4 libedit2 libbsd0 libmd0 libxml2 libicu72 libconfig9 >/dev/null
for package in ./*.deb; do dpkg-deb -x "$package" tools; done
export LD_LIBRARY_PATH="$folder/tools/usr/lib/x86_64-linux-gnu:$folder/tools/lib/x86_64-linux-gnu"
ldc2="$folder/tools/usr/bin/ldc2"
echo 'default: { switches = []; post-switches = []; lib-dirs = []; };' > ldc2.conf
"$ldc2" -conf=ldc2.conf --version | head -1
printf 'module p;\nextern (C) int twice(int v) { return 2 * v; }\n' > p.d
"$ldc2" -conf=ldc2.conf -I"$folder/tools/usr/include/d" -I"$folder/tools/usr/lib/ldc/x86_64-linux-gnu/include/d" -g -betterC -c "$folder/p.d" -of=p.o
readelf --debug-dump=info p.o | sed -n 's/.*DW_AT_\(name\|comp_dir\) .*): \(.*\)/\1: \2/p' | head -2 | tee said
grep -qx "name: ${folder#/}/p.d" said && grep -qx 'comp_dir: /' said || { echo "changed: ldc writes another name now"; exit 1; }
echo "as told: the slash is dropped"
