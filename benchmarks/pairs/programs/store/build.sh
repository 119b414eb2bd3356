#!/bin/sh
# Builds out/libstore.so, out/libstore.a and out/store.
set -eu
exec make -s all
