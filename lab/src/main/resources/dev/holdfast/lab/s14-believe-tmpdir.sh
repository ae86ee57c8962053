#!/bin/sh
# A script that root runs, with the environment of the user who asked for it: mktemp believes TMPDIR.
#
#   s14-believe-tmpdir.sh RESULT
set -e
work=$(mktemp)
# The directory is the user's: here a link is put there.
echo "all is well" > "$work"
cp "$work" "$1"
rm -f "$work"
