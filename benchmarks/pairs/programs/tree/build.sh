#!/bin/sh
# Builds out/tree with ocamlopt.
set -eu
mkdir -p out
cp tree.ml main.ml out/
cd out
ocamlopt ${OCAMLFLAGS:-} tree.ml main.ml -o tree
