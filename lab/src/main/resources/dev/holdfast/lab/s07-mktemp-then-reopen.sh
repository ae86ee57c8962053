#!/bin/sh
# A long job with an intermediate file, made with mktemp in a sticky directory, as every guide says.
#
#   s07-mktemp-then-reopen.sh DIRECTORY RESULT
set -e
work=$(mktemp "$1/work.XXXXXX")
echo "alice 100" > "$work"
# Here the job stands still for days. The cleaner removes the file, and somebody takes its name.
cat "$work" > "$2"
rm -f "$work"
