#!/bin/sh
# install.sh FOLDER : this checkout's program in FOLDER, with exactly what is locked; run again for a newer version.
# Needs python3 with venv and a package index; hashes decide what is taken from it. PYTHON names another one than Debian's: it
# must lie where the service's user can run it.
set -eu
umask 022
folder=$1
here=$(cd "$(dirname "$0")" && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
"${PYTHON:-/usr/bin/python3}" -m venv "$folder" "$build/tools"
"$build/tools/bin/python" -m pip install --quiet --require-hashes --only-binary :all: -r "$here/build.lock"
"$build/tools/bin/python" -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$build" "$here/.."
"$folder/bin/python" -m pip install --quiet --require-hashes --only-binary :all: -r "$here/requirements.lock"
"$folder/bin/python" -m pip install --quiet --no-deps --no-index --force-reinstall "$build"/*.whl
rm -rf "$folder/deploy"
install -d -m 0755 "$folder/deploy" # what the units run, and no more: in the checkout there may be passwords
install -m 0755 "$here/backup.sh" "$here/checkpoint.sh" "$here/restore.sh" "$folder/deploy"
install -m 0644 "$here/README.md" "$folder/deploy"
"$folder/bin/kyphoplasty-cds" mappings check
