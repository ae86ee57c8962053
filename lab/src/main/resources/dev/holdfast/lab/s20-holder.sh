#!/bin/sh
# Holds 8 MiB in a file without a name, as a log does that was removed while its program runs on; and
# a file that is there, with a name that ends as the kernel writes it behind removed ones.
#
#   s20-holder.sh OTHER
set -e
exec 3> app.log
head -c 8388608 /dev/zero >&3
rm app.log
exec 4> "$1"
echo holding
read -r _
