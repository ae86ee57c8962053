#!/usr/bin/env bash
# Whole processes: `holdfast tree rm` beside `rm -rf`, `holdfast tree cp` beside `cp -a`, on one tree of 100,000 files, in turns.
#
# For a minute ext4 passes over the numbers of files that were removed, which makes copies, whoever makes them, many
# times as slow: on it run one round, and not just after another.
#
#   bench/trees.sh [ROUNDS] [DIRECTORY]        prints the median seconds of each, and the ratios, by wall clock and by CPU time
set -euo pipefail
export LC_ALL=C

rounds=${1:-5}
place=$(mktemp -d "${2:-${TMPDIR:-/tmp}}/holdfast-bench-XXXXXXXX")
trap 'rm -rf -- "$place"' EXIT
holdfast=$(cd -P -- "$(dirname -- "$0")/.." && pwd)/holdfast

mkdir "$place/one" "$place/tree"
for i in {1..1000}; do echo "the contents of file $i" >"$place/one/file$i"; done
for i in {1..100}; do cp -a "$place/one" "$place/tree/directory$i"; done
"$holdfast" --version >/dev/null # builds if nothing is built, and records a start

# Runs a command and appends "WALL CPU" to a file.
timed() { # NAME COMMAND…
  local name=$1 wall user sys TIMEFORMAT='%R %U %S'
  shift
  read -r wall user sys < <({ time "$@" >/dev/null; } 2>&1 | tail -n 1)
  awk -v w="$wall" -v u="$user" -v s="$sys" 'BEGIN { print w, u + s }' >>"$place/$name"
}

median() { # NAME COLUMN
  cut -d ' ' -f "$2" "$place/$1" | sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'
}

for ((round = 0; round < rounds; round++)); do
  timed cp-a cp -a "$place/tree" "$place/copy1"
  timed tree-cp "$holdfast" tree cp "$place/tree" "$place/copy2"
  timed rm-rf rm -rf "$place/copy1"
  timed tree-rm "$holdfast" tree rm "$place/copy2"
  # The other way round: what the one made, the other removes.
  timed tree-cp "$holdfast" tree cp "$place/tree" "$place/copy1"
  timed cp-a cp -a "$place/tree" "$place/copy2"
  timed tree-rm "$holdfast" tree rm "$place/copy1"
  timed rm-rf rm -rf "$place/copy2"
done

printf '%-10s %10s %10s   %s\n' '' 'wall s' 'cpu s' "median of $((2 * rounds)) runs, 100,000 files"
for name in rm-rf tree-rm cp-a tree-cp; do
  printf '%-10s %10.2f %10.2f\n' "$name" "$(median "$name" 1)" "$(median "$name" 2)"
done
ratio() { # TEXT OURS THEIRS
  awk -v t="$1" -v w="$(median "$2" 1)" -v W="$(median "$3" 1)" -v c="$(median "$2" 2)" -v C="$(median "$3" 2)" \
    'BEGIN { printf "%-22s wall %.2f   cpu %.2f\n", t, w / W, c / C }'
}
ratio 'tree rm / rm -rf' tree-rm rm-rf
ratio 'tree cp / cp -a' tree-cp cp-a
