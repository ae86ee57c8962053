#!/bin/sh
# transfer.sh FROM TO: moves one coin. The locks are taken in one order, whoever pays whom.
set -e
cd /srv/bank
first=$1 second=$2
if [ "$1" \> "$2" ]; then
  first=$2 second=$1
fi
exec 8>> "$first.lock" 9>> "$second.lock"
flock 8
flock 9
from=$(cat "$1")
to=$(cat "$2")
echo $((from - 1)) > "$1"
echo $((to + 1)) > "$2"
