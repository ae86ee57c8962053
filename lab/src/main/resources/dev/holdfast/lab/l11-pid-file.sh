#!/bin/sh
# A daemon that shall run once: it looks whether the process of the PID file lives.
#
#   l11-pid-file.sh DIRECTORY
cd "$1" || exit 1
exec 8>> alive
flock -n 8 && first=yes
[ -e pid ] && kill -0 "$(cat pid)" 2>/dev/null && exit 0
# Here another one looks as well, and sees none.
echo $$ > pid
# Stands for the work. A second one goes on until the first has ended.
echo in >> log
[ "$first" ] || flock 8
echo out >> log
rm -f pid
