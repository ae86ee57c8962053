#!/bin/sh
# A lock file, made only if it is not there, and removed at the end.
#
#   l04-noclobber.sh DIRECTORY
cd "$1" || exit 1
(set -C; echo $$ > lock) 2>/dev/null || exit 75
# If it is killed here, the file stays, and nobody gets in any more.
echo done > work
rm lock
