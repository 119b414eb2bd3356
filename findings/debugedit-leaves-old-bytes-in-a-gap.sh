#!/bin/sh
# debugedit 5.0 (Debian 12, debugedit 1:5.0-5) leaves bytes of the file as it was in the gap in front of the section headers.
# One would expect one program, built with -g in two directories and rewritten by `debugedit -b DIR -d /usr/src/far`, to be
# one file: every directory is then /usr/src/far, and every section is equal. But debugedit shortens .debug_line_str, moves
# what follows, and does not write the bytes that alignment leaves free: pieces of section names stand there, other ones for
# a directory of another length.
# Needs gcc, and apt-get with Debian 12's packages, dpkg-deb, readelf, cmp. Fails if the files are equal, or differ elsewhere.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq debugedit=1:5.0-5 >/dev/null
dpkg-deb -x debugedit_*.deb tools
debugedit="$folder/tools/usr/bin/debugedit"
"$debugedit" --version
names="d dd ddd dddd ddddd dddddd ddddddd dddddddd ddddddddd dddddddddd ddddddddddd dddddddddddd"
for name in $names; do
    mkdir "$name"
    printf 'static int thrice(int v) { return v * 3; }\nint main(int c, char **v) { (void)v; return thrice(c); }\n' > "$name/p.c"
    (
        cd "$name"
        gcc -g -O2 -Wl,--build-id=none p.c -o p
        "$debugedit" -b "$PWD" -d /usr/src/far p
    )
    cksum < "$name/p"
done
different=$(for name in $names; do cksum < "$name/p"; done | sort -u | wc -l)
echo "files that differ: $different"
[ "$different" -gt 1 ] || { echo "changed: debugedit gives one file now"; exit 1; }
for name in $names; do
    for section in $(readelf -SW d/p | sed -n 's/^ *\[ *[0-9]*\] \(\.[^ ]*\).*/\1/p'); do
        readelf -x "$section" d/p > one 2>/dev/null
        readelf -x "$section" "$name/p" > other 2>/dev/null
        cmp -s one other || { echo "changed: $section of $name differs"; exit 1; }
    done
    cmp -l d/p "$name/p" | head -3 || true
done
start=$(readelf -hW d/p | sed -n 's/.*Start of section headers: *\([0-9]*\).*/\1/p')
last=$(for name in $names; do cmp -l d/p "$name/p" || true; done | awk '{ print $1 }' | sort -n | tail -1)
first=$(for name in $names; do cmp -l d/p "$name/p" || true; done | awk '{ print $1 }' | sort -n | head -1)
echo "all bytes that differ: $first to $last; section headers begin at $start"
[ "$last" -le "$start" ] && [ "$first" -gt $((start - 8)) ] || { echo "changed: other bytes differ"; exit 1; }
echo "as told: no section differs, the gap in front of the section headers does"
