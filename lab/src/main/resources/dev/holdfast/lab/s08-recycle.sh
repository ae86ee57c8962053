#!/bin/sh
# Removes a file, and makes new ones until one of them has its inode number; that one gets the name.
# If none gets it, another file gets the name anyway.
#
#   s08-recycle.sh FILE
set -e
number=$(stat -c %i "$1")
rm -f "$1"
round=0
found=
while [ $round -lt 4 ] && [ -z "$found" ]; do
  i=0
  while [ $i -lt 500 ]; do
    : > "$1.$round.$i"
    i=$((i + 1))
  done
  found=$(find . -maxdepth 1 -inum "$number")
  round=$((round + 1))
done
if [ -n "$found" ]; then
  echo recycled
else
  found=$1.0.0
fi
echo theirs > "$found"
mv "$found" "$1"
rm -f "$1".*
