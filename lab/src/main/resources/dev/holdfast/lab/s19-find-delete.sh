#!/bin/sh
# A cleaner: find looks at a file, finds it old, and removes what has its name a moment later.
#
#   s19-find-delete.sh DIRECTORY
find "$1" -type f -mtime +10 -delete
