#!/bin/sh
# A script that must not overwrite anything looks first.
#
#   s04-look-then-create.sh FILE
set -e
if [ -e "$1" ] || [ -L "$1" ]; then
  echo "$1: is there already" >&2
  exit 1
fi
# Here somebody else puts a link there.
echo new > "$1"
