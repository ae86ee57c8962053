#!/bin/sh
# A file for secrets: made first, and closed to others right afterwards.
#
#   s06-born-open.sh FILE
set -e
umask 022
: > "$1"
chmod 600 "$1"
echo "the key is 4711" >> "$1"
