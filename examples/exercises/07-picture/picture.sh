#!/bin/sh
# Publishes a user's picture.
set -e
if [ -f /srv/home/picture ] && [ ! -L /srv/home/picture ]; then
  cat /srv/home/picture > /srv/public/picture
fi
