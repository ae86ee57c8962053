#!/bin/sh
# A temporary file named after the process: there are few process numbers, and anybody can count.
#
#   s05-pid-name.sh DIRECTORY
set -e
echo "all is well" > "$1/report.$$"
