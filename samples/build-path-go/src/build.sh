#!/bin/sh
# Builds out/primes, without symbols to keep it small.
set -eu
mkdir -p out
go build -ldflags="-s -w" -o out/primes .
