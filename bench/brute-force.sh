#!/bin/sh
# Proofs against brute force: programs of a few calls, made by chance, are proved, and attacked by a C program that knows
# nothing of windows and plans, with each of more than a hundred strikes before each call, for good or taken back before a later one, and
# with PAIRS pairs of strikes by chance. Whoever a proof says held must not have lost anything. Prints how many lost and held, and every program on which the two disagree.
#
#   bench/brute-force.sh [PROGRAMS [SEED [PAIRS]]]      as root
set -eu
cd "$(dirname "$0")/.."
exec mvn -B -ntp -q -pl prove -am test -Dtest='BruteForceTest' -Dsurefire.failIfNoSpecifiedTests=false \
  -Dholdfast.brute.programs="${1:-1000}" -Dholdfast.brute.seed="${2:-1}" -Dholdfast.brute.pairs="${3:-1000}"
