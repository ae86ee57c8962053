#!/bin/sh
# The same with each answer of grep's told apart: who cannot be judged does not come in.
#
#   s16-no-list-no-entry.sh LIST DIRECTORY USER...
list=$1
directory=$2
shift 2
for user; do
  grep -qx "$user" "$list"
  case $? in
    0) ;;
    1) true > "$directory/session.$user" ;;
    *) exit 1 ;;
  esac
done
