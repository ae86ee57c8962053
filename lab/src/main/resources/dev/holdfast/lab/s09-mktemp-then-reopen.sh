#!/bin/sh
# What every guide recommends, in a directory where it is not enough: mktemp makes the file, and the
# redirection opens it again by its name.
#
#   s09-mktemp-then-reopen.sh DIRECTORY
set -e
name=$(mktemp "$1/work.XXXXXX")
echo "all is well" > "$name"
