#!/bin/sh
# gcc 12.2 (Debian 12, cpp-12 12.2.0-14+deb12u1) leaves -ffile-prefix-map out of both records of its command line: that of -g
# (DW_AT_producer) and that of -frecord-gcc-switches (.GCC.command.line), whose purpose is to say how a file was compiled. One
# would expect a flag of code generation to be there, and its absence to mean that it was not given. So no record tells two
# builds apart of which one had the map, and none tells that the map was given and did not reach a path. The other flags are there.
# Needs apt-get with Debian 12's packages, dpkg-deb. Fails if the map is recorded.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq cpp-12=12.2.0-14+deb12u1 libisl23 libmpc3 libmpfr6 libgmp10 libzstd1 zlib1g >/dev/null
for package in ./*.deb; do dpkg-deb -x "$package" tools; done
export LD_LIBRARY_PATH="$folder/tools/usr/lib/x86_64-linux-gnu:$folder/tools/lib/x86_64-linux-gnu"
cc1="$folder/tools/usr/lib/gcc/x86_64-linux-gnu/12/cc1"
"$cc1" -version < /dev/null 2>&1 | head -1
echo 'const char *where = __FILE__;' > p.c
"$cc1" -quiet -g -O2 -fno-common -frecord-gcc-switches -ffile-prefix-map="$folder"=/mapped "$folder/p.c" -o out.s
grep -q '"/mapped/p.c"' out.s || { echo "changed: the map did not reach __FILE__"; exit 1; }
grep -E 'string.*(GNU C17|-fno-common|-frecord-gcc-switches)' out.s | sed 's/^[[:space:]]*//' | tee said
grep -q -- '-fno-common' said || { echo "changed: nothing is recorded"; exit 1; }
if grep -q -- '-ffile-prefix-map' out.s; then echo "changed: the map is recorded now"; exit 1; fi
echo "as told: the map was given, reached __FILE__, and is not recorded"
