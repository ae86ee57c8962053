#!/bin/sh
# Every public operation of files and locks under the prover: attacked, killed before each system call that changes
# something, and (locks) met there by a second holder, and under every schedule of two with at most two preemptions; the usual
# way of each beside it, which must lose. The tests of the build leave out a part of what is done to locks. Prints windows and
# trials.
#
#   bench/self-proof.sh      as root
set -eu
cd "$(dirname "$0")/.."
exec mvn -B -ntp -q -pl lab -am test -Dtest='*SelfProofTest,LocksBySchedulesTest' -Dsurefire.failIfNoSpecifiedTests=false -Dholdfast.proof=whole
