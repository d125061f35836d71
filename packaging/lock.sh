#!/usr/bin/env bash
# Writes packaging/locked/: every package of the requirement files, pinned with the hashes of its files for every
# platform. `make locks` runs it; it needs a package index, and Python with venv.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools/venv"
"$tools/venv/bin/pip" install -q uv==0.13.9

# lock NAME REQUIREMENTS [OPTIONS OF UV]
lock() {
    local target=packaging/locked/$1 source=$2
    shift 2
    "$tools/venv/bin/uv" pip compile -q --no-config --python-version 3.11 --generate-hashes \
        --no-annotate --no-header --find-links packaging "$@" "$source" -o "$tools/locked"
    {
        echo "# Written by \`make locks\`: pinned files of $(basename "$source"), with their hashes. Wheels only, but for one package."
        echo "--require-hashes"
        echo "--find-links .."
        echo "--only-binary :all:"
        echo "--no-binary face-recognition-models"
        cat "$tools/locked"
    } >"$target"
}

mkdir -p packaging/locked
lock requirements.txt requirements.txt --universal
lock requirements-test.txt requirements-test.txt --universal
lock requirements-device.txt requirements-device.txt --universal
lock requirements-models.txt requirements-models.txt --no-deps --universal
# tflite-runtime ends at Python 3.11 and is for Linux: no other platform is resolved. x86-64 and aarch64 differ in one line.
lock requirements-tflite-runtime.txt requirements-tflite-runtime.txt --python-platform x86_64-unknown-linux-gnu
sed -i -E 's/^(pysqlite3==[^ ]+) /\1 ; platform_machine == "x86_64" /' packaging/locked/requirements-tflite-runtime.txt
# Builds the one package without wheels; installed before the others.
grep -E '^setuptools==' requirements.txt >"$tools/build.txt"
lock build.txt "$tools/build.txt" --universal
