#!/bin/sh
# gcc 12.2 (Debian 12, cpp-12 12.2.0-14+deb12u1) writes the types of .ctf in an order that address randomisation draws: one
# source, one directory, one command, and two or more results. One would expect -gctf to be as deterministic as -g, and
# -frandom-seed to fix what is drawn; it does not. Without randomisation (setarch -R) all are equal. The reason is a hash table
# of pointers whose slots are walked (gcc/ctfc.cc). And -ffile-prefix-map does not reach the source's name in .ctf.
# Needs apt-get with Debian 12's packages, dpkg-deb, setarch. Fails if 20 runs agree, or if runs without randomisation do not.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq cpp-12=12.2.0-14+deb12u1 libisl23 libmpc3 libmpfr6 libgmp10 libzstd1 zlib1g >/dev/null
for package in ./*.deb; do dpkg-deb -x "$package" tools; done
export LD_LIBRARY_PATH="$folder/tools/usr/lib/x86_64-linux-gnu:$folder/tools/lib/x86_64-linux-gnu"
cc1="$folder/tools/usr/lib/gcc/x86_64-linux-gnu/12/cc1"
"$cc1" -version < /dev/null 2>&1 | head -1
cat > p.c <<'END'
struct point { int x; long y; char *name; };
struct line { struct point from, to; unsigned width; };
typedef unsigned short flags;
flags kind; double weight; struct line edge; char mark; long count; float part;
int twice(int value) { return 2 * value; }
END
compile() { "$@" "$cc1" -quiet -gctf -O2 -frandom-seed=1 -ffile-prefix-map="$folder"=. "$folder/p.c" -o out.s; }
drawn=$(for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do compile env; cksum < out.s; done | sort -u | wc -l)
still=$(for _ in 1 2 3 4 5; do compile setarch -R; cksum < out.s; done | sort -u | wc -l)
echo "20 runs: $drawn different; 5 runs without randomisation: $still"
grep -q "$folder/p.c" out.s || { echo "changed: the map reaches .ctf now"; exit 1; }
echo "the name that is not mapped: $folder/p.c"
[ "$drawn" -gt 1 ] && [ "$still" -eq 1 ] || { echo "changed: the order is no longer drawn"; exit 1; }
echo "as told: addresses draw the order"
