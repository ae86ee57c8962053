#!/bin/sh
# Changes the settings.
set -e
echo "colour=blue" > /srv/app/settings
