#!/bin/sh
# Beside the list, where nobody else may make files, and in its place in one step.
set -e
sort /srv/list/names > /srv/list/names.new
mv /srv/list/names.new /srv/list/names
