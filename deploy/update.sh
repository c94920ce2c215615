#!/bin/sh
# update.sh [PORT …] : on a Debian machine, as root, in the checkout of the newer version: a backup, the program, its units,
# the tables, then one replica after the other (8081, 8082), so that no call is lost. The first step that fails ends it, and
# the replicas go on as they are; run again, it goes on with the backup that it has made.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
etc=${DESTDIR-}/etc/kyphoplasty-cds
program=${DESTDIR-}/opt/kyphoplasty-cds
backups=${DESTDIR-}/var/backups/kyphoplasty-cds
begun=$etc/update-begun # while an update has not ended: its backup, and the examples of the version before
[ "$#" -gt 0 ] || set -- 8081 8082
for port; do
  case $port in 0* | '' | *[!0-9]* | ??????*) echo "a port is a number from 1 to 65535: $port" >&2; exit 2 ;; esac
  if [ "$port" -gt 65535 ]; then echo "a port is a number from 1 to 65535: $port" >&2; exit 2; fi
done
trap '[ $? -eq 0 ] || echo "STOPPED: the lines above say why. Mend that, and run the same command again." >&2' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

if [ ! -d "$begun" ]; then
  systemctl start kyphoplasty-cds-backup
  rm -rf "$begun.new"
  mkdir "$begun.new"
  if [ -d "$program/deploy/examples" ]; then cp "$program"/deploy/examples/* "$begun.new"; fi
  find "$backups" -mindepth 1 -maxdepth 1 -name '[0-9]*Z' | sort | tail -n 1 > "$begun.new/backup"
  mv "$begun.new" "$begun"
fi
"$here/install.sh" "$program"
install -m 0644 "$here"/systemd/* "${DESTDIR-}/etc/systemd/system"
systemctl daemon-reload
(
  set -a
  . "$etc/owner.env"
  set +a
  "$program/bin/kyphoplasty-cds" audit migrate
  psql --quiet --file "$here/postgres/protect.sql" "$KYPHOPLASTY_CDS_DATABASE_URL"
)
for port; do
  systemctl restart "kyphoplasty-cds@$port"
  curl --silent --retry 60 --retry-all-errors --retry-delay 1 --fail --output /dev/null "http://127.0.0.1:$port/health/ready" ||
    { echo "$port is not ready: journalctl -n 20 -u kyphoplasty-cds@$port" >&2 && exit 1; }
done
for example in "$program"/deploy/examples/*; do
  cmp --silent "$example" "$begun/${example##*/}" || echo "Changed, and not put in place: $example"
done
echo "Updated. The backup made before: $(cat "$begun/backup")"
rm -rf "$begun"
