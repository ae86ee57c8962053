#!/bin/sh
# The same; the PID file is locked as long as the job runs, and stays.
#
#   l11-locked-pid.sh DIRECTORY
cd "$1" || exit
exec 9>> pid
flock -n 9 || exit 75
echo $$ > pid
read -r n < count
echo $((n + 1)) > count
