#!/bin/sh
# restore.sh BACKUP [NOTE …] : a backup into the empty database of KYPHOPLASTY_CDS_DATABASE_URL, verified against its own
# checkpoint and against later notes. Ends 1 where a note speaks of entries that the backup does not hold: those after it
# are lost, and whoever is responsible has to know.
set -eu
umask 077
backup=$1
shift
(cd "$backup" && sha256sum --check --quiet SHA256SUMS)
case $KYPHOPLASTY_CDS_DATABASE_URL in
  postgresql*)
    pg_restore --exit-on-error --single-transaction --no-owner --no-privileges \
      --dbname="postgresql:${KYPHOPLASTY_CDS_DATABASE_URL#*:}" "$backup/audit.dump" ;;
  sqlite:///*)
    file=${KYPHOPLASTY_CDS_DATABASE_URL#sqlite:///}
    if [ -e "$file" ]; then echo "$file is there already" >&2; exit 2; fi
    cp "$backup/audit.sqlite3" "$file" ;;
  *) echo "KYPHOPLASTY_CDS_DATABASE_URL is neither PostgreSQL nor SQLite" >&2; exit 2 ;;
esac
waiting=$#
while [ "$waiting" -gt 0 ]; do
  set -- "$@" --checkpoint "$1"
  shift
  waiting=$((waiting - 1))
done
kyphoplasty-cds audit verify --checkpoint "$backup/checkpoint.note" "$@"
