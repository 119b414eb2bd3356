#!/bin/sh
# mksquashfs 4.5.1 (Debian 12, squashfs-tools 1:4.5.1-1) ends with an error where SOURCE_DATE_EPOCH is exported and -mkfs-time
# or -all-time is given as well, even with the same value. Recipes for AppImages say `-all-time "$SOURCE_DATE_EPOCH"`; one would
# expect the option to win over the environment, as in tar, zip and gzip. In an environment that exports the variable, as dpkg,
# rpm, Nix and Yocto do, that recipe fails. Each alone works. Output seen:
#   FATAL ERROR: SOURCE_DATE_EPOCH and command line options can't be used at the same time to set timestamp(s)
# Needs apt-get with Debian 12's packages, dpkg-deb. Fails if mksquashfs takes both.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq squashfs-tools=1:4.5.1-1 liblzo2-2 liblz4-1 >/dev/null
for package in ./*.deb; do dpkg-deb -x "$package" tools; done
export LD_LIBRARY_PATH="$folder/tools/usr/lib/x86_64-linux-gnu:$folder/tools/lib/x86_64-linux-gnu"
mksquashfs="$folder/tools/usr/bin/mksquashfs"
"$mksquashfs" -version | head -1
mkdir tree
echo hello > tree/file
SOURCE_DATE_EPOCH=1000000000 "$mksquashfs" tree one -quiet -no-progress > /dev/null
"$mksquashfs" tree two -quiet -no-progress -mkfs-time 1000000000 -all-time 1000000000 > /dev/null
cmp one two && echo "the variable alone and the options alone give one image"
if SOURCE_DATE_EPOCH=1000000000 "$mksquashfs" tree three -quiet -no-progress -all-time 1000000000 > said 2>&1; then
    echo "changed: mksquashfs takes both now"
    exit 1
fi
cat said
grep -q "can't be used at the same time" said || { echo "changed: another message"; exit 1; }
echo "as told: both together are refused"
