#!/bin/sh
# Counts runs in a file, one at a time: flock(1).
#
#   l08-count-flock.sh DIRECTORY
cd "$1" || exit
exec 9>> lock
flock 9
read -r n < count
echo $((n + 1)) > count
