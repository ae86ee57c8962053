#!/bin/sh
# A job that shall run once: it waits for the file, however long that takes.
#
#   l12-job.sh FILE
exec 9< "$1"
exec flock 9
