#!/bin/sh
# make-database.sh : on a Debian machine, as root: database and roles in this machine's PostgreSQL, and their passwords in
# service.env and owner.env of /etc/kyphoplasty-cds, which only root reads. Where a step fails neither file is there, and the
# same may be done again.
set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)
etc=${DESTDIR-}/etc/kyphoplasty-cds
for file in "$etc/service.env" "$etc/owner.env"; do
  if [ -e "$file" ]; then echo "$file exists, so the roles have their passwords already: nothing was done" >&2; exit 2; fi
done
SERVICE_PASSWORD=$(openssl rand -hex 24)
OWNER_PASSWORD=$(openssl rand -hex 24)
export SERVICE_PASSWORD OWNER_PASSWORD

(cd / && runuser -u postgres -- psql --quiet) < "$here/postgres/roles.sql"
(cd / && runuser -u postgres -- psql --quiet kyphoplasty_cds) < "$here/postgres/database.sql"
for role in service owner; do # awk takes the passwords from its environment: arguments can be seen by everybody
  awk '{ gsub("@db/", "@127.0.0.1/"); gsub("change-me-service", ENVIRON["SERVICE_PASSWORD"])
    gsub("change-me-owner", ENVIRON["OWNER_PASSWORD"]); print }' "$here/$role.env.example" > "$etc/$role.env.new"
done
mv "$etc/service.env.new" "$etc/service.env"
mv "$etc/owner.env.new" "$etc/owner.env"
