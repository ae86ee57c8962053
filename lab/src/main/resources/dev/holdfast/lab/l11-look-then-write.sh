#!/bin/sh
# A job that shall run once at a time: it looks whether the process of the PID file lives.
#
#   l11-look-then-write.sh DIRECTORY
cd "$1" || exit
[ -e pid ] && kill -0 "$(cat pid)" 2> /dev/null && exit 75
# Here another one looks as well, and sees none.
echo $$ > pid
read -r n < count
echo $((n + 1)) > count
rm -f pid
