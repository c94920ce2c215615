#!/bin/sh
# recover.sh BACKUP : on a Debian machine, as root, a backup takes the place of the log's database, which is kept aside.
# Replicas and duties are stopped, and stay so: accounts come first (docs/operate.md, "Restore"). The backup is looked at before
# anything is done; where a later step fails, the database gets its name back.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
etc=${DESTDIR-}/etc/kyphoplasty-cds
program=${DESTDIR-}/opt/kyphoplasty-cds
notes=${DESTDIR-}/var/lib/kyphoplasty-cds/checkpoints
log=kyphoplasty_cds
aside=${log}_broken_$(date -u +%Y%m%d%H%M%S)
has_stopped=
has_restored=

as_postgres() { (cd / && runuser -u postgres -- "$@"); }
is_there() { [ "$(as_postgres psql --tuples-only --no-align --command "SELECT 1 FROM pg_database WHERE datname = '$1'")" = 1 ]; }

end() {
  code=$?
  trap - EXIT
  trap '' HUP INT TERM
  set +e # whatever happens to one of these lines, the next ones count too: the terminal may be gone
  if [ -n "$has_stopped" ] && [ -z "$has_restored" ] && is_there "$aside"; then
    if as_postgres dropdb --if-exists "$log" && as_postgres psql --quiet --command "ALTER DATABASE $aside RENAME TO $log"; then
      echo "The earlier database has its name back." >&2
    else
      echo "The earlier database is now called $aside." >&2
    fi
  fi
  [ "$code" -eq 0 ] || echo "STOPPED: the lines above say why.${has_stopped:+ Replicas and timers are stopped: docs/operate.md, \"Restore\", starts them.}" >&2
  exit "$code"
}
trap end EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

backup=$(cd "${1:?which backup: a folder of /var/backups/kyphoplasty-cds}" && pwd)
(cd "$backup" && sha256sum --check --quiet SHA256SUMS)
covered=$(sed -n 2p "$backup/checkpoint.note") # the last entry that its own checkpoint speaks of
# Nineteen digits may be more than the shell counts: a comparison would fail, and the note be left out without a word.
case $covered in '' | *[!0-9]* | ???????????????????*) echo "$backup/checkpoint.note is no checkpoint" >&2; exit 2 ;; esac
set --
for note in "$notes"/checkpoint-*.note; do
  [ -e "$note" ] || continue
  case $(sed -n 2p "$note") in
    '' | *[!0-9]* | ???????????????????*) echo "$note is no checkpoint: passed over" >&2 ;;
    *) if [ "$(sed -n 2p "$note")" -gt "$covered" ]; then set -- "$@" "$note"; fi ;;
  esac
done

has_stopped=yes
systemctl stop 'kyphoplasty-cds@*' 'kyphoplasty-cds-*.timer' 'kyphoplasty-cds-*.service'
if is_there "$log"; then as_postgres psql --quiet --command "ALTER DATABASE $log RENAME TO $aside"; fi
as_postgres createdb --owner kyphoplasty_cds_owner --encoding UTF8 --template template0 "$log"
as_postgres psql --quiet "$log" < "$here/postgres/database.sql"
set -a
. "$etc/owner.env"
set +a
PATH=$program/bin:$PATH
"$here/restore.sh" "$backup" "$@" || [ $? -eq 3 ] # 3: what came after the backup is lost, as it must be
kyphoplasty-cds audit migrate
psql --quiet --file "$here/postgres/protect.sql" "$KYPHOPLASTY_CDS_DATABASE_URL"

has_restored=yes
echo "Restored: $backup. The earlier database is called $aside."
# It is printed for a shell, and the database is broken: letters, a moment and a name between quotes are all it may say. Its
# owner reads it: what somebody may have put into it runs with the rights of whoever does.
echo "Changes of accounts since then, to be run again in this order:"
psql --quiet --tuples-only --no-align "${KYPHOPLASTY_CDS_DATABASE_URL%/*}/$aside" --command "
  SELECT CASE WHEN result IN ('closed', 'ended') THEN 'cds audit remove-reviewer ' || quoted
    ELSE 'cds audit add-reviewer ' || quoted || ' --role ' || regexp_replace(said->>'role', '[^a-z-]', '?', 'g')
      || CASE result WHEN 'replaced' THEN ' --replace' ELSE '' END END || '   # ' || regexp_replace(at, '[^0-9TZ:.-]', '?', 'g')
  FROM (SELECT sequence, at, result, body::json->'content' AS said,
    '''' || replace(regexp_replace(body::json->'content'->>'account', '[[:cntrl:]]', '?', 'g'), '''', '''\\''''') || '''' AS quoted FROM audit_search JOIN audit_payload USING (sequence)
    WHERE kind = 'account' AND sequence > $covered) AS changes ORDER BY sequence" ||
  echo "The changes cannot be read: use what is known from elsewhere."
