#!/usr/bin/env bash
# Tree work on a million entries with little memory: half of them in one directory, half in five hundred, with hard links
# among them, and a chain of directories 10,000 deep. Each command runs in a heap of HEAP (default 64m).
#
#   bench/trees-million.sh [DIRECTORY [HEAP]]        prints seconds, and the most memory the process had
set -euo pipefail
export LC_ALL=C

place=$(mktemp -d "${1:-${TMPDIR:-/tmp}}/holdfast-million-XXXXXXXX")
heap=${2:-64m}
trap 'rm -rf -- "$place"' EXIT
holdfast=$(cd -P -- "$(dirname -- "$0")/.." && pwd)/holdfast
"$holdfast" --version >/dev/null # builds if nothing is built
export HOLDFAST_BUILD=never

mkdir "$place/tree" "$place/tree/wide" "$place/tree/many"
(cd "$place/tree/wide" && seq -f 'file%06.0f' 1 500000 | xargs touch)
(cd "$place/tree/many" && seq -f 'd%03.0f' 1 500 | xargs mkdir && seq 1 500 | while read -r i; do
  printf -v d 'd%03d' "$i"
  seq -f "$d/file%04.0f" 1 998 | xargs touch
  ln "$d/file0001" "$d/link"
done)
python3 - "$place/tree" <<'PYTHON'
import os, sys
os.chdir(sys.argv[1])
for _ in range(10000):
    os.mkdir("deeper", 0o755)
    os.chdir("deeper")
PYTHON
entries=$(find "$place/tree" | wc -l)
echo "$entries entries, heap $heap"

failed=0
measure() { # COMMAND…
  local out status=0
  out=$(JAVA_TOOL_OPTIONS="-Xmx$heap" python3 - "$@" <<'PYTHON'
import resource, subprocess, sys, time
start = time.monotonic()
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{time.monotonic() - start:8.1f} s wall {used.ru_utime + used.ru_stime:8.1f} s cpu {used.ru_maxrss / 1024:8.0f} MiB", end="")
errors = [line for line in status.stderr.splitlines() if not line.startswith("Picked up ")]
if status.returncode:
    print(f"  exit {status.returncode}: {errors[:1]}", end="")
    sys.exit(1)
PYTHON
  ) || status=1
  echo "$out  ${*#"$holdfast"}"
  failed=$((failed | status))
}

measure "$holdfast" tree cp "$place/tree" "$place/copy"
[ "$(find "$place/copy" | wc -l)" = "$entries" ] || { echo "the copy is not whole" >&2; failed=1; }
measure "$holdfast" tree chmod --hard-links=inside go-rwx "$place/copy"
measure "$holdfast" tree chown --hard-links=inside daemon "$place/copy"
measure "$holdfast" tree rm "$place/copy"
[ ! -e "$place/copy" ] || { echo "the copy is still there" >&2; failed=1; }
exit "$failed"
