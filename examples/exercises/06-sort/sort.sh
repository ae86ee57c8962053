#!/bin/sh
# Sorts a list in its place.
set -e
sort /srv/list/names > /tmp/sort.$$
cat /tmp/sort.$$ > /srv/list/names
rm /tmp/sort.$$
