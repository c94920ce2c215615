#!/bin/sh
# restore.sh BACKUP [NOTE …] : a backup into the empty database of KYPHOPLASTY_CDS_DATABASE_URL, verified against its own
# checkpoint, then against later notes. Ends with 3 where it is whole and only the later notes do not agree with it, as when
# they speak of entries that came after it: these are lost, and whoever is responsible has to know. Any other end but 0: no log.
set -eu
umask 077
backup=$1
shift
(cd "$backup" && sha256sum --check --quiet SHA256SUMS)
case $KYPHOPLASTY_CDS_DATABASE_URL in
  postgresql*)
    database=postgresql:${KYPHOPLASTY_CDS_DATABASE_URL#*:}
    there=$(psql --no-psqlrc --tuples-only --no-align --dbname="$database" --command "SELECT to_regclass('audit_entry')")
    if [ -n "$there" ]; then
      echo "this database holds an audit log already: make an empty one with createdb, and name it in KYPHOPLASTY_CDS_DATABASE_URL" >&2
      exit 2
    fi
    pg_restore --exit-on-error --single-transaction --no-owner --no-privileges \
      --dbname="$database" "$backup/audit.dump"
    kyphoplasty-cds audit verify --checkpoint "$backup/checkpoint.note" ;;
  sqlite:///*)
    file=${KYPHOPLASTY_CDS_DATABASE_URL#sqlite:///}
    file=${file%%\?*} # what follows are options of the connection
    # A killed service leaves its journal, which SQLite would play into the restored file.
    for there in "$file" "$file-wal" "$file-shm" "$file-journal"; do
      if [ -e "$there" ]; then
        echo "$there is there already: put it aside, with its -wal, -shm and -journal; they hold the last entries of the old log. $file.key stays" >&2
        exit 2
      fi
    done
    # It gets its name once it is whole and verified: on half a copy the service would begin a new log.
    half=$file.restoring
    leave_nothing() { rm -f "$half" "$half-wal" "$half-shm" "$half-journal"; }
    leave_nothing
    trap leave_nothing EXIT
    trap 'exit 143' HUP INT TERM
    cp "$backup/audit.sqlite3" "$half"
    KYPHOPLASTY_CDS_DATABASE_URL=sqlite:///$half kyphoplasty-cds audit verify --checkpoint "$backup/checkpoint.note"
    sync "$half"
    ln "$half" "$file" # fails if a service began a log there meanwhile
    sync "$(dirname "$file")" ;;
  *) echo "KYPHOPLASTY_CDS_DATABASE_URL is neither PostgreSQL nor SQLite" >&2; exit 2 ;;
esac
if [ "$#" -eq 0 ]; then exit 0; fi
waiting=$#
while [ "$waiting" -gt 0 ]; do
  set -- "$@" --checkpoint "$1"
  shift
  waiting=$((waiting - 1))
done
kyphoplasty-cds audit verify "$@" || {
  code=$?
  if [ "$code" -eq 1 ]; then
    echo "The backup is restored and whole; the entries above, which only the later notes cover, are lost." >&2
    exit 3
  fi
  exit "$code" # one of the notes is none: nobody knows what it would have said
}
