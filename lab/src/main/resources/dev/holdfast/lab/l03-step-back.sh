#!/bin/sh
# Wants two locks; who cannot have the second one gives the first one back, and tries again.
#
#   l03-step-back.sh FIRST SECOND
while :; do
  mkdir "$1" 2> /dev/null || continue
  mkdir "$2" 2> /dev/null && break
  # The other one does the same at the same time.
  rmdir "$1"
done
rmdir "$2" "$1"
