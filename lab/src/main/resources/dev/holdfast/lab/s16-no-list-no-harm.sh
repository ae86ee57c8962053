#!/bin/sh
# Who may log in? Everybody whom grep does not find. grep says 1 for "not found" and 2 for "no such
# file"; to "if" both are the same.
#
#   s16-no-list-no-harm.sh LIST DIRECTORY USER...
list=$1
directory=$2
shift 2
for user; do
  if ! grep -qx "$user" "$list"; then
    true > "$directory/session.$user"
  fi
done
