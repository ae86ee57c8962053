#!/bin/bash
# Processes that take a lock from a dead holder and kill themselves with it, ten at a time, so many of each kind of lock
# that survives its holder: never two at once. The usual recovery beside it, which must let two in.
#   bench/deaths.sh [DEATHS-OF-EACH-KIND]
set -euo pipefail
cd "$(dirname "$0")/.."
exec mvn -B -ntp -q -pl lab -am test -Dtest=DyingHoldersTest -Dsurefire.failIfNoSpecifiedTests=false -Dholdfast.deaths="${1:-2500}"
