#!/bin/sh
# One at a time.
set -e
cd /srv/count
exec 9>> lock
flock 9
n=$(cat counter)
echo $((n + 1)) > counter
