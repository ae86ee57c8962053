#!/bin/sh
# The same; everybody takes the locks in the order of their names.
#
#   l03-sorted.sh FIRST SECOND
if expr "$1" '>' "$2" > /dev/null; then
  set -- "$2" "$1"
fi
until mkdir "$1" 2> /dev/null; do sleep 1; done
until mkdir "$2" 2> /dev/null; do sleep 1; done
rmdir "$2" "$1"
