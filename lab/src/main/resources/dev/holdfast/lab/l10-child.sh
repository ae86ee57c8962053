#!/bin/sh
# Takes a lock, starts something that goes on in the background, and ends.
#
#   l10-child.sh LOCK
exec 9>> "$1"
flock -n 9 || exit 75
# The child inherits descriptor 9, and with it the lock.
sleep 600 > /dev/null 2>&1 < /dev/null &
echo $!
