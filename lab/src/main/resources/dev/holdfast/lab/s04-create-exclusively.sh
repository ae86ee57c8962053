#!/bin/sh
# The same in one step: with set -C the shell creates with O_EXCL.
#
#   s04-create-exclusively.sh FILE
set -e
set -C
echo new > "$1"
