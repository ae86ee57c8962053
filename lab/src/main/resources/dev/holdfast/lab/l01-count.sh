#!/bin/sh
# A ticket machine: the next number, in a file.
#
#   l01-count.sh DIRECTORY
set -e
cd "$1"
n=$(($(cat counter) + 1))
# Here another run reads the same number.
echo "$n" > counter
echo "$n" >> tickets
