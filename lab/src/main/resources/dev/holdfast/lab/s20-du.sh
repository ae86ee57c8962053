#!/bin/sh
# Where did the space go? du adds up what has a name.
#
#   s20-du.sh DIRECTORY
cd "$1" && du -s -B1 "$PWD"
