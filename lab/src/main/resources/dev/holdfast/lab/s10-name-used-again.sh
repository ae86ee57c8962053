#!/bin/sh
# mktemp only for the name: the file is removed, and something else made under that name.
#
#   s10-name-used-again.sh DIRECTORY
set -e
name=$(mktemp "$1/work.XXXXXX")
rm -f "$name"
# Here somebody else puts a link there.
echo "all is well" > "$name"
