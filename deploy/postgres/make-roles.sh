#!/bin/sh
# Run once by the database's image, on its first start; OWNER_PASSWORD and SERVICE_PASSWORD are in its environment.
set -eu
psql --quiet --username postgres --file /etc/kyphoplasty-cds/roles.sql --file /etc/kyphoplasty-cds/database.sql
