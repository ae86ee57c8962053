#!/bin/sh
# Makes a key that only root may read.
set -e
echo "the key is 4711, and 0815 is the spare" > /srv/keys/key
chmod 600 /srv/keys/key
