#!/bin/sh
# Moves something between two places, each under its lock, in the order in which they are named.
#
#   l02-cross.sh FROM TO
set -e
exec 8>> "$1" 9>> "$2"
flock 8
# Here another one has the second lock, and wants the first one.
flock 9
