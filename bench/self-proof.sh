#!/bin/sh
# Every public operation of the files module under the prover: attacked, and killed before each system call that changes
# something, with both resolvers; the JDK's way of each beside it, which must lose. The tests of the build leave out the
# kills with the second resolver. Prints windows and trials.
#
#   bench/self-proof.sh      as root
set -eu
cd "$(dirname "$0")/.."
exec mvn -B -ntp -q -pl lab -am test -Dtest=FilesSelfProofTest -Dsurefire.failIfNoSpecifiedTests=false -Dholdfast.proof=whole
