#!/bin/bash
# The locks under our own prover, in full: every operation attacked before each use of a name, killed before each call
# that changes something, and met there by a second holder. Needs root; takes minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
exec mvn -B -ntp -pl lab -am test \
  -Dtest=LockSelfProofTest -Dsurefire.failIfNoSpecifiedTests=false -Dholdfast.selfproof=long
