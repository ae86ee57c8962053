#!/bin/sh
# A job that reads a file.
#
#   l12-read.sh FILE
exec cat "$1"
