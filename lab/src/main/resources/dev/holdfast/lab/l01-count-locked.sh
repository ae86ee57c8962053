#!/bin/sh
# The same, one run at a time.
#
#   l01-count-locked.sh DIRECTORY
set -e
cd "$1"
exec 9>> lock
flock 9
n=$(($(cat counter) + 1))
echo "$n" > counter
echo "$n" >> tickets
