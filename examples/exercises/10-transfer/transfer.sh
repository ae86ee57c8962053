#!/bin/sh
# transfer.sh FROM TO: moves one coin.
set -e
cd /srv/bank
exec 8>> "$1.lock" 9>> "$2.lock"
flock 8
flock 9
from=$(cat "$1")
to=$(cat "$2")
echo $((from - 1)) > "$1"
echo $((to + 1)) > "$2"
