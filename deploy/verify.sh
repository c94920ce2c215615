#!/bin/sh
# verify.sh FOLDER [DAYS [LOCAL]] : hold the audit log against the checkpoints in FOLDER (*.note), which have come back from
# where the database's owner cannot change them; the newest may be so many days old (35). FOLDER/key, if it is there, holds the
# public keys of which one must have signed, one in each line. LOCAL is the folder of this machine's own checkpoints: they are used too, since whoever
# changes only the database does not change them, but they prove nothing against this machine's owner. Reads only. Ends with 0 where the log is whole; with 2 where nobody has brought a checkpoint.
set -eu
folder=$1
# Of what is no number `date` makes some day or other: "-35" lies ahead, "1 year 35" is long ago.
case ${2:-35} in 0* | *[!0-9]* | ?????*) echo "DAYS is a number from 1 to 9999: $2" >&2; exit 2 ;; esac
oldest=$(date -u -d "${2:-35} days ago" +%Y-%m-%dT%H:%M:%S)
now=$(date -u -d "1 minute" +%Y-%m-%dT%H:%M:%S)
local=${3:-}
newest=
set --
for note in "$folder"/*.note; do
  [ -e "$note" ] || continue
  set -- "$@" --checkpoint "$note"
  made=$(sed -n 4p "$note") # as its signature covers it
  if [ "$(printf '%s\n' "$made" "$now" | sort | head -n 1)" = "$now" ]; then
    # Made while the clock was ahead, it would pass as the newest for years.
    echo "$note is dated after today: it counts for no day" >&2
    continue
  fi
  newest=$(printf '%s\n' "$newest" "$made" | sort | tail -n 1)
done
if [ "$(printf '%s\n' "$newest" "$oldest" | sort | head -n 1)" = "$newest" ]; then
  echo "the newest checkpoint in $folder is of ${newest:-no day}: bring one back that is kept elsewhere" >&2
  exit 2
fi
if [ -n "$local" ]; then set -- "$@" --checkpoint "$local"; fi
if [ -e "$folder/key" ]; then
  keys=0
  while read -r key || [ -n "$key" ]; do
    if [ -z "$key" ]; then continue; fi
    set -- "$@" --key "$key"
    keys=$((keys + 1))
  done < "$folder/key"
  if [ "$keys" = 0 ]; then
    echo "$folder/key holds no key" >&2
    exit 2
  fi
fi
exec kyphoplasty-cds audit verify --record "$@"
