#!/bin/sh
# checkpoint.sh FOLDER [WITNESS] : sign the head of the audit log into a new file of FOLDER, and hand it to WITNESS, a program
# of the site that gets the file's path and takes it where the owner of the database cannot change it (docs/operate.md has
# two). The note stays in FOLDER whatever becomes of that; a witness that fails is the end of this script.
set -eu
umask 077
folder=$1
mkdir -p "$folder"
tries=0
while
  note=$folder/checkpoint-$(date -u +%Y%m%dT%H%M%SZ).note
  # The second belongs to whoever makes the .new; a note that is there already is not written over.
  if (set -C && : > "$note.new") 2> /dev/null; then
    if [ ! -e "$note" ]; then false; else rm "$note.new"; fi
  fi
do
  tries=$((tries + 1))
  if [ "$tries" -gt 20 ]; then echo "no new file can be made in $folder" >&2; exit 1; fi
  sleep 1
done
trap 'rm -f "$note.new"' EXIT
trap 'exit 143' HUP INT TERM
kyphoplasty-cds audit checkpoint --out "$note.new"
sync "$note.new"
mv "$note.new" "$note"
trap - EXIT
echo "$note"
if [ -n "${2:-}" ]; then "$2" "$note"; fi
