#!/bin/sh
# PyInstaller 6.22.3 (PyPI): two runs of one command in one directory give two programs, with SOURCE_DATE_EPOCH exported too; its
# manual names that variable for reproducible builds of Windows headers, and one would expect it to be enough on Linux. What
# differs is the order of modules in base_library.zip, which is made of a set. PYTHONHASHSEED alone gives one file.
# Needs python3 3.11 with venv and a shared libpython, or conda's. Fails if runs without the seed agree, or with it do not.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv tools
tools/bin/pip install -q --disable-pip-version-check pyinstaller==6.22.3 pyinstaller-hooks-contrib==2026.9
tools/bin/pyinstaller --version
echo 'print("hello")' > hello.py
make() {
    rm -rf build dist
    tools/bin/pyinstaller --onefile --log-level ERROR hello.py
    mv dist/hello "$1"
}
export SOURCE_DATE_EPOCH=1000000000
make one
make two
make three
if cmp -s one two && cmp -s two three; then echo "changed: no seed is needed now"; exit 1; fi
echo "with SOURCE_DATE_EPOCH: $(cksum < one) $(cksum < two) $(cksum < three)"
unset SOURCE_DATE_EPOCH
export PYTHONHASHSEED=0
make four
make five
cmp four five || { echo "changed: the seed is not enough now"; exit 1; }
echo "with PYTHONHASHSEED=0: $(cksum < four) twice"
echo "as told: the order of a set is in the file"
