#!/bin/sh
# Whole, and then in the place of the old ones in one step.
set -e
echo "colour=blue" > /srv/app/settings.new
mv /srv/app/settings.new /srv/app/settings
