#!/bin/sh
# umoci 0.4.7 (Debian 12, umoci 0.4.7+ds-3+b7) writes 2288912640 into the MTIME field of every
# layer's gzip header: a moment in July 2042, the same in every run. One would expect 0 ("no time stamp is available",
# RFC 1952, 2.3.1) or the clock. It is the low 32 bits of Go's zero time (year 1, -62135596800 seconds) and says nothing:
# whoever reads a clock there sees a build from the future. Bytes seen: 00 09 6e 88 from offset 4 on.
# Needs apt-get with Debian 12's packages, dpkg-deb, tar, od. Fails if umoci writes another value.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq umoci >/dev/null
dpkg-deb -x umoci_0.4.7*.deb tools
umoci="$folder/tools/usr/bin/umoci"
"$umoci" --version
printf 'hello\n' > file
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf layer.tar file
"$umoci" init --layout image
"$umoci" new --image image:v1
"$umoci" raw add-layer --image image:v1 layer.tar
found=0
for blob in image/blobs/sha256/*; do
    if [ "$(od -An -tx1 -N2 "$blob" | tr -d ' ')" = 1f8b ]; then
        found=1
        seen=$(od -An -tx1 -j4 -N4 "$blob" | tr -d ' ')
        echo "MTIME bytes: $seen"
        [ "$seen" = 00096e88 ] || { echo "changed: umoci writes another time now"; exit 1; }
    fi
done
[ "$found" = 1 ] || { echo "changed: no layer is compressed with gzip"; exit 1; }
echo "as told: Go's zero time, cut to 32 bits"
