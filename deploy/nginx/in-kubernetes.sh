#!/bin/sh
# Writes nginx.conf as it is in a cluster: in-kubernetes.sh nginx.conf resolv.conf PUBLIC_URL > written
# The replicas are asked for by name and found as they come and go (nginx 1.27.3 or later), each with its own `max_conns`; the
# name server and the cluster's domain are those of the pod; the port is one that needs no privilege.
set -eu
conf=$1 resolv=$2 name=${3#https://}
name=${name%%[:/]*}
server=$(awk '$1 == "nameserver" { print $2; exit }' "$resolv")
domain=$(awk '$1 == "search" { print $2; exit }' "$resolv")
case $server in *:*) server="[$server]" ;; esac
for value in "$name" "$server" "$domain"; do
  case $value in
    "" | *[!][0-9A-Za-z.:-]*) echo "in-kubernetes.sh: no name, name server or domain: '$value'" >&2; exit 1 ;;
  esac
done
written=$(sed \
  -e "s/^ *server cds-1:8080 \(.*\)/    resolver $server valid=5s;\n    server kyphoplasty-cds-pods.$domain:8080 resolve \1/" \
  -e '/^ *server cds-2:8080 /d' \
  -e "s/server_name cds\.example\.org;/server_name $name;/" \
  -e 's/listen 443 ssl/listen 8443 ssl/' "$conf")
# What was to be put in has its place: a changed nginx.conf stops here, and not at the first call.
for wanted in " resolve max_fails=0 max_conns=" "server_name $name;" "listen 8443 ssl;" "listen 8443 ssl default_server;"; do
  case $written in
    *"$wanted"*) ;;
    *) echo "in-kubernetes.sh: $conf has no place for: $wanted" >&2; exit 1 ;;
  esac
done
printf '%s\n' "$written"
