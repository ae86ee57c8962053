#!/bin/sh
# A user's message is taken in, once it is known to be a file.
#
#   s11-test-then-cat.sh FILE SPOOL
set -e
[ -f "$1" ]
# Here the file becomes a FIFO, a link to /dev/zero, or very long.
cat "$1" > "$2"
