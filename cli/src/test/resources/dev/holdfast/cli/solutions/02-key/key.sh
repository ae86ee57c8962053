#!/bin/sh
# Narrow from birth.
set -e
umask 077
echo "the key is 4711, and 0815 is the spare" > /srv/keys/key
