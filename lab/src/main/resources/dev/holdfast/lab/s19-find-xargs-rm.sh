#!/bin/sh
# A cleaner as it stands in many a crontab: by the time rm runs, directories on the way may be others.
#
#   s19-find-xargs-rm.sh DIRECTORY
find "$1" -type f -mtime +10 -print0 | xargs -0 -r rm -f
