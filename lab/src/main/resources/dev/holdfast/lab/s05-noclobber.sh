#!/bin/sh
# The same without a name to wait at: 128 random bits, created only if nothing is there (set -C makes
# the shell open with O_EXCL), and from then on used by its descriptor alone. The name is told at the
# end, for people; whoever opens it must check what he gets.
#
#   s05-noclobber.sh DIRECTORY
set -e
umask 077
name=$1/report.$(od -A n -N 16 -t x1 /dev/urandom | tr -d ' \n')
set -C
exec 3> "$name"
echo "all is well" >&3
exec 3>&-
echo "$name"
