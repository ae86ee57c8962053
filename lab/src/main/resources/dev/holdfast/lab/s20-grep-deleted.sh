#!/bin/sh
# The recipe of many a forum: what the kernel shows as "(deleted)". So can any name end; and neither
# the size nor who holds it is told.
#
#   s20-grep-deleted.sh
ls -l /proc/[0-9]*/fd 2> /dev/null | grep deleted
