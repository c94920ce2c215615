#!/bin/sh
# install.sh FOLDER : this checkout's program in FOLDER, with exactly what is locked; run again for a newer version.
# Needs python3 with venv and a package index; hashes decide what is taken from it. PYTHON names another one than Debian's for
# a new folder: it must lie where the service's user can run it.
set -eu
umask 022
folder=$1
here=$(cd "$(dirname "$0")" && pwd)
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
# An environment stays with the Python that made it: another one over it would leave it with parts of both.
if "$folder/bin/python3" -m pip --version > "$build/pip" 2>&1; then
  python=$(readlink -f "$folder/bin/python3")
  if [ -n "${PYTHON-}" ] && [ "$(readlink -f "$(command -v "$PYTHON")")" != "$python" ]; then
    echo "$folder was made with $python: use that Python, or another folder" >&2
    exit 2
  fi
else
  python=${PYTHON:-/usr/bin/python3}
  clear= # of an environment whose Python is gone, as after an upgrade of Debian, nothing can be used
  if [ -e "$folder/pyvenv.cfg" ]; then clear=--clear; fi
  "$python" -m venv $clear "$folder"
fi
"$python" -m venv "$build/tools"
"$build/tools/bin/python" -m pip install --quiet --require-hashes --only-binary :all: -r "$here/build.lock"
"$build/tools/bin/python" -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$build" "$here/.."
"$folder/bin/python" -m pip install --quiet --require-hashes --only-binary :all: -r "$here/requirements.lock"
"$folder/bin/python" -m pip install --quiet --no-deps --no-index --force-reinstall "$build"/*.whl
rm -rf "$folder/deploy"
install -d -m 0755 "$folder/deploy" # what the units run, and no more: in the checkout there may be passwords
install -m 0755 "$here/backup.sh" "$here/checkpoint.sh" "$here/restore.sh" "$here/verify.sh" "$here/fetch.sh" "$folder/deploy"
install -m 0644 "$here/../docs/operate.md" "$folder/deploy"
install -d -m 0755 "$folder/deploy/examples" # what was copied by hand, to see in what a later version differs
install -m 0644 "$here/nginx/nginx.conf" "$here/alerts.yaml" "$here/prometheus.yaml" "$here/service.env.example" \
  "$here/owner.env.example" "$folder/deploy/examples"
"$folder/bin/kyphoplasty-cds" mappings check
