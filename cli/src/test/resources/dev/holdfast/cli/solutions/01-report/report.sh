#!/bin/sh
# The shell creates with O_EXCL: if anything is there, even a link, it makes nothing.
set -e
set -C
echo "all is well" > /srv/spool/report
