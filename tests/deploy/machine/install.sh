#!/bin/sh
set -eu
echo "install $*" >> "$CALLS"
if [ -n "$FAILS" ]; then exit 1; fi
mkdir -p "$1/bin" "$1/deploy/examples"
ln -sf "$PROGRAM" "$1/bin/kyphoplasty-cds"
here=$(dirname "$0")
cp "$here/backup.sh" "$here/checkpoint.sh" "$here/restore.sh" "$1/deploy"
cd "$here" && cp nginx/nginx.conf alerts.yaml prometheus.yaml service.env.example owner.env.example "$1/deploy/examples"
