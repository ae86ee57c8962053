#!/bin/sh
# Holds a file with flock(1) until its input ends.
#
#   l08-flock.sh FILE
exec 9>> "$1"
flock -n 9 || { echo busy; exit; }
echo held
exec cat > /dev/null
