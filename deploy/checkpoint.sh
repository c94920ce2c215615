#!/bin/sh
# checkpoint.sh FOLDER [WITNESS] : sign the head of the audit log into a new file of FOLDER, and hand it to WITNESS, a program
# of the site that gets the file's path and takes it where the owner of the database cannot change it (docs/operate.md has
# two). The note stays in FOLDER whatever becomes of that; a witness that fails is the end of this script.
set -eu
umask 077
folder=$1
mkdir -p "$folder"
note=$folder/checkpoint-$(date -u +%Y%m%dT%H%M%SZ).note
kyphoplasty-cds audit checkpoint --out "$note.new"
sync "$note.new"
mv "$note.new" "$note"
echo "$note"
if [ -n "${2:-}" ]; then "$2" "$note"; fi
