#!/bin/sh
# Removes what ends in .old.
set -e
find /srv/upload -name '*.old' -type f -print0 | xargs -0 -r rm -f
