#!/bin/sh
# The same, where no variable of the user's decides where root writes.
#
#   s14-forget-tmpdir.sh RESULT
set -e
unset TMPDIR TMP TEMP
work=$(mktemp)
echo "all is well" > "$work"
cp "$work" "$1"
rm -f "$work"
