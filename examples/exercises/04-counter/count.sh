#!/bin/sh
# Counts.
set -e
cd /srv/count
n=$(cat counter)
echo $((n + 1)) > counter
