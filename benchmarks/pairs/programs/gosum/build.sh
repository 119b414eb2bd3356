#!/bin/sh
# Builds out/gosum; GOFLAGS and GO_LDFLAGS as a user would set them.
set -eu
. ./stamps.sh
mkdir -p out
flags=${GO_LDFLAGS:-}
for kind in ${STAMPS:-}; do
    case "$kind" in
    date) flags="$flags -X main.builtOn=$(stamp date)" ;;
    user) flags="$flags -X main.builtBy=$(stamp user)" ;;
    vcs) flags="$flags -X main.revision=$(stamp vcs)" ;;
    esac
done
go build -ldflags="$flags" -o out/gosum .
