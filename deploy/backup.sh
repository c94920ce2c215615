#!/bin/sh
# backup.sh FOLDER [KEEP] : a copy of the audit log's database in a new folder of FOLDER, with a checkpoint that it must hold.
# With KEEP the newest so many stay; older ones go once this one is whole, so that none goes while backups fail. Those that
# are dated after this one stay too.
# Reads KYPHOPLASTY_CDS_DATABASE_URL like the service. Needs pg_dump of the server's version, or sqlite3.
set -eu
umask 077
# Longer numbers fit no counter: head would refuse them at the end, and nothing would ever go.
case ${2:-1} in 0* | *[!0-9]* | ?????*) echo "KEEP is a number from 1 to 9999: $2" >&2; exit 2 ;; esac
limit=1h # for the copy; a backup that hangs is a failure that the alert names
mkdir -p "$1"
tries=0
while
  stamp=$(date -u +%Y%m%dT%H%M%SZ)
  half=$1/.$stamp.half
  whole=$1/$stamp
  # The second belongs to whoever makes the half; a backup that is there already is not written over.
  if mkdir "$half" 2> /dev/null; then
    if [ ! -e "$whole" ]; then false; else rmdir "$half"; fi
  fi
do
  tries=$((tries + 1))
  if [ "$tries" -gt 20 ]; then echo "no new folder can be made in $1" >&2; exit 1; fi
  sleep 1
done
trap 'rm -rf "$half"' EXIT
trap 'exit 143' HUP INT TERM

# The note is written first, so that the copy holds everything that it covers.
kyphoplasty-cds audit checkpoint --out "$half/checkpoint.note"
case $KYPHOPLASTY_CDS_DATABASE_URL in
  postgresql*)
    timeout "$limit" pg_dump --format=custom --no-owner --no-privileges --file="$half/audit.dump" \
      --dbname="postgresql:${KYPHOPLASTY_CDS_DATABASE_URL#*:}" ;;
  sqlite:///*)
    file=${KYPHOPLASTY_CDS_DATABASE_URL#sqlite:///}
    file=${file%%\?*} # what follows are options of the connection
    into=$(printf '%s\n' "$half" | sed "s/'/''/g")
    # One read transaction: `.backup` begins again whenever somebody writes, and may never end.
    timeout "$limit" sqlite3 -readonly "$file" ".timeout 10000" \
      "VACUUM INTO '$into/audit.sqlite3'" ;;
  *) echo "KYPHOPLASTY_CDS_DATABASE_URL is neither PostgreSQL nor SQLite" >&2; exit 2 ;;
esac
(cd "$half" && sha256sum -- * > SHA256SUMS)
sync "$half"/*
mv "$half" "$whole"
trap - EXIT
# A backup that was killed (power, no memory) left its half: a copy beyond the retention. One that still runs is younger.
find "$1" -mindepth 1 -maxdepth 1 -type d -name '.[0-9]*T[0-9]*Z.half' -mmin +120 -exec rm -rf {} +
if [ -n "${2:-}" ]; then
  # Those dated after this one were made while the clock was ahead, or it is behind now: they neither count nor go. Otherwise
  # this one could be the oldest of all, and go at once.
  (cd "$1" && find . -mindepth 1 -maxdepth 1 -type d -name '[0-9]*T[0-9]*Z' | sort | sed "/^\.\/$stamp\$/q" | head -n "-$2" | xargs -r rm -rf)
fi
echo "$whole"
