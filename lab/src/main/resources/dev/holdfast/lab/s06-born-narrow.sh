#!/bin/sh
# The same without the moment: the umask closes it to others from birth, and set -C creates it only
# if nothing is there.
#
#   s06-born-narrow.sh FILE
set -e
umask 077
set -C
echo "the key is 4711" > "$1"
