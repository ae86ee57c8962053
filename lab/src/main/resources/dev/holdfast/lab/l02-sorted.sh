#!/bin/sh
# The same; everybody takes the locks in the order of their names.
#
#   l02-sorted.sh FROM TO
set -e
if expr "$1" '>' "$2" > /dev/null; then
  set -- "$2" "$1"
fi
exec 8>> "$1" 9>> "$2"
flock 8
flock 9
