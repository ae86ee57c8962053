#!/bin/bash
# What the program of `holdfast lock` sees of its caller, beside flock(1), and whether a second program ever runs beside
# the first when the command is killed, by each signal and for each kind of lock. Takes some minutes; ends with 1 if a
# row differs or two programs ran.
#   bench/lock-job.sh [KIND…|none]
# HOLDFAST is the command to try, ./holdfast if it is not set.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 3
H=${HOLDFAST:-$PWD/holdfast}
work=$(mktemp -d) || exit 3
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 3
bad=0

# --- what the program sees ---------------------------------------------------------------------------------------------

cat >see <<'EOF'
#!/bin/sh
# Everything that a program inherits, but for the lock itself. By programs of its own: a shell blocks signals at times.
printf 'argv0 %s\n' "$(tr '\0' ' ' </proc/$$/cmdline)"
ls -l /proc/self/fd | sed -n 's/.* \([0-9]*\) -> \(.*\)/fd \1 \2/p' | sed '/the.lock$/d; /\/proc\/[0-9]*\/fd$/d; /^fd 1 /d'
cat /proc/self/limits
grep -E '^(Umask|SigBlk|SigIgn|Cap[A-Z][a-z]*|Groups|NoNewPrivs|Seccomp|Cpus_allowed):' /proc/self/status
printf 'oom %s nice %s cwd %s\n' "$(cat /proc/self/oom_score_adj)" "$(nice)" "$(env pwd -P)"
cat /proc/self/timerslack_ns /proc/self/personality /proc/self/coredump_filter
chrt -p $$ | sed 's/^pid [0-9]*//'
ionice -p $$
ps -o pgid=,sid=,tty= -p $$
# As it was given to this shell, which would leave some of it out.
tr '\0' '\n' </proc/$$/environ | grep -av '^_='
EOF
chmod +x see

callers=(
  ''
  'exec 5>log 7<see 12</dev/null'
  'ulimit -Sn 1000; ulimit -c 0; ulimit -St 1000'
  'umask 027; export LC_ALL=C ODD=$'"'"'\377'"'"
  'trap "" HUP INT QUIT USR1 USR2 PIPE TSTP XFSZ'
  'wrap=(env --block-signal=WINCH,USR1,QUIT)'
  'wrap=(env --ignore-signal=TERM,CHLD,ALRM --block-signal=RTMIN)'
  'wrap=(nice -n 5)'
  'exec <&-'
  'exec >&- 2>&-'
  'wrap=(env a-b=1 A.B=2 =x IFS=: OPTIND=7 PWD=/nowhere root=1 link=2 command=x value=y key=z LC_ALL=)'
  'f() { true; }; export -f f'
  'wrap=(env -i)'
  'wrap=(env HOLDFAST_FDS=1 HOLDFAST_SIGNALS=2 HOLDFAST_LC_ALL=x HOLDFAST_ENVIRONMENT=y HOLDFAST_COMMAND=z)'
  'wrap=(chrt --batch 0 ionice -c3 taskset -c 0 setarch -R)'
  'wrap=(setpriv --no-new-privs --pdeathsig TERM)'
)

echo '| caller | --close | inherited | --exec |'
echo '|---|---|---|---|'
for caller in "${callers[@]}"; do
  row="| \`${caller:-plain}\` |"
  seen() { # COMMAND…: in the caller's state
    (
      wrap=()
      eval "$caller"
      "${wrap[@]}" "$@"
    ) 2>err
  }
  seen flock the.lock ./see >want
  for how in --close '' --exec; do
    # shellcheck disable=SC2086
    seen "$H" lock --kind flock --quiet $how the.lock -- ./see >got
    if cmp -s want got; then
      row+=' same |'
    else
      row+=' differs |'
      bad=1
      diff want got | sed "s/^/  /" >&2
    fi
  done
  echo "$row"
done

# --- never two ---------------------------------------------------------------------------------------------------------

# It survives whatever can be survived: only its own end may free the lock.
cat >job <<'EOF'
#!/bin/bash
trap '' HUP INT QUIT TERM USR1 USR2 ALRM VTALRM PROF IO PWR STKFLT XCPU XFSZ PIPE TRAP ABRT BUS FPE ILL SEGV SYS RTMIN RTMAX
echo $$ >job.pid
while [ ! -e stop ]; do sleep 0.1; done
EOF
chmod +x job

signals=(HUP INT QUIT ILL TRAP ABRT BUS FPE USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF
  WINCH IO PWR SYS RTMIN RTMIN+7 RTMAX-1 RTMAX KILL)
kinds=("$@")
# None for the first table alone.
[ "${kinds[*]}" != none ] || exit $bad
[ ${#kinds[@]} -gt 0 ] || kinds=(ofd posix flock file nfs pid mail device port socket)

name_for() { # KIND
  case $1 in
    device) echo /dev/null ;;
    port) echo $((20000 + $$ % 10000)) ;;
    socket) echo "holdfast-lock-job-$$" ;;
    *) echo "$work/lock.$1" ;;
  esac
}

begin() { # KIND
  rm -f job.pid stop
  "$H" lock --quiet --kind "$1" "$(name_for "$1")" -- ./job >/dev/null 2>&1 &
  wrapper=$!
  while [ ! -s job.pid ]; do
    kill -0 $wrapper 2>/dev/null || return 1
    sleep 0.05
  done
}

finish() { # KIND
  : >stop
  while kill -0 "$(cat job.pid)" 2>/dev/null; do sleep 0.05; done
  wait $wrapper 2>/dev/null
  case $1 in nfs) rm -f "$(name_for nfs)" ;; esac
}

echo
echo '| kind | signals that the command survived | that killed it; its program ran on, with the lock | two programs |'
echo '|---|---|---|---|'
for kind in "${kinds[@]}"; do
  survived=() killed=() two=()
  begin "$kind" || { echo "| $kind | cannot be taken here | | |"; continue; }
  for signal in "${signals[@]}"; do
    kill -"$signal" $wrapper 2>/dev/null
    case $signal in KILL) wait $wrapper 2>/dev/null ;; esac
    # A core, too, is written before the descriptors go.
    "$H" lock --quiet -n --kind "$kind" "$(name_for "$kind")" -- true
    status=$?
    # Stopped, both: it held all the same.
    case $signal in STOP | TSTP | TTIN | TTOU) kill -CONT $wrapper "$(cat job.pid)" 2>/dev/null ;; esac
    alive=$(kill -0 "$(cat job.pid)" 2>/dev/null && echo yes)
    if [ "$alive" = yes ] && [ $status != 75 ]; then
      two+=("$signal($status)")
      bad=1
    fi
    if kill -0 $wrapper 2>/dev/null && ! grep -q '^State:.*Z' /proc/$wrapper/status; then
      survived+=("$signal")
    else
      killed+=("$signal")
      finish "$kind"
      "$H" lock --quiet -w 60 --kind "$kind" "$(name_for "$kind")" -- true || { two+=("stuck after $signal"); bad=1; }
      begin "$kind" || { two+=("cannot be taken after $signal"); bad=1; break; }
    fi
  done
  finish "$kind"
  echo "| $kind | ${survived[*]} | ${killed[*]} | ${two[*]:-none} |"
done 2>/dev/null
exit $bad
