#!/bin/sh
# The same by descriptor: what the name leads to, and whether it is still there, does not matter.
#
#   s07-keep-descriptor.sh DIRECTORY RESULT
set -e
umask 077
set -C
exec 3> "$1/work.$(od -A n -N 16 -t x1 /dev/urandom | tr -d ' \n')"
set +C
# Cleaners that honour locks leave it alone.
flock -s 3
echo "alice 100" >&3
# No name: a reference to what is open.
cat /proc/self/fd/3 > "$2"
