#!/bin/sh
# The same with the file opened by a process that has the user's rights and no others.
#
#   s17-as-the-user.sh UID FILE SPOOL
set -e
setpriv --reuid="$1" --regid="$(id -g "$1")" --init-groups cat "$2" > "$3"
