#!/bin/sh
# Builds out/greet.deb: a program, a compressed page, and the times that dpkg-deb keeps.
set -eu
rm -rf pkg out
mkdir -p out pkg/DEBIAN pkg/usr/bin pkg/usr/share/man/man1
${CC:-gcc} ${CPPFLAGS:-} ${CFLAGS:-} "$PWD/greet.c" ${LDFLAGS:-} -o pkg/usr/bin/greet
gzip -9nc greet.1 > pkg/usr/share/man/man1/greet.1.gz
cat > pkg/DEBIAN/control <<EOF
Package: greet
Version: 1.0
Architecture: amd64
Maintainer: Nobody <nobody@example.org>
Description: greets
EOF
(cd pkg && find usr -type f | LC_ALL=C sort | xargs md5sum > DEBIAN/md5sums)
find pkg -exec touch -d "@$(date +%s)" {} +
dpkg-deb --root-owner-group --build pkg out/greet.deb > /dev/null
