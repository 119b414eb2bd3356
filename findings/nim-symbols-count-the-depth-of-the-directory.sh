#!/bin/sh
# nim 1.6.10 (Debian 12, nim 1.6.10-2): the names of its symbols hold the way from the program's directory to nim's library,
# one "dotdot" for each level, in release builds too. One would expect -d:release to leave no trace of the directory; two
# directories at one level give one program, but a directory one level deeper gives another .symtab, and after strip still
# another build ID. With --passL:-Wl,--build-id=none and strip the files are equal.
# Needs apt-get with Debian 12's packages, dpkg-deb, gcc, nm, strip. Fails if the names do not count.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq nim=1.6.10-2 >/dev/null
dpkg-deb -x nim_*.deb tools
nim="$folder/tools/usr/bin/nim"
"$nim" --version | head -1
for place in one two deeper/three; do
    mkdir -p $place
    echo 'echo "hi"' > $place/p.nim
    (
        cd $place
        "$nim" c -d:release --hints:off --lib:"$folder/tools/usr/lib/nim/lib" --nimcache:cache -o:p p.nim > /dev/null 2>&1
        "$nim" c -d:release --hints:off --lib:"$folder/tools/usr/lib/nim/lib" --nimcache:cache --passL:-Wl,--build-id=none -o:bare p.nim > /dev/null 2>&1
        strip bare
        nm p | grep -o 'atm[a-z]*atssystemdotnim' | sort -u | head -1
    )
done | tee names
[ "$(sort -u names | wc -l)" = 2 ] || { echo "changed: the names do not count levels now"; exit 1; }
cmp one/p two/p || { echo "changed: one level gives two programs"; exit 1; }
if cmp -s one/p deeper/three/p; then echo "changed: the level does not matter now"; exit 1; fi
cmp one/bare deeper/three/bare || { echo "changed: more than names and the build ID differs"; exit 1; }
echo "as told: the names count the levels"
