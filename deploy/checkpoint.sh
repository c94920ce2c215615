#!/bin/sh
# checkpoint.sh FOLDER : sign the head of the audit log into a new file of FOLDER, for whoever carries it away.
# A note proves something only where the owner of the database cannot change it: mail it, print it, or send it to a witness.
set -eu
umask 077
folder=$1
mkdir -p "$folder"
note=$folder/checkpoint-$(date -u +%Y%m%dT%H%M%SZ).note
kyphoplasty-cds audit checkpoint --out "$note.new"
sync "$note.new"
mv "$note.new" "$note"
echo "$note"
