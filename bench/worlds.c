/* The least that a trial can cost: for each of COUNT times a world of the same kind: the namespaces, a copy-on-write view of the whole file
 * tree as its root, the same devices, shared memory, protected /sys and /proc, loopback, FILES files of the set-up in /arena, canaries, a first
 * process and a parent; and CMD run in it to its end. Nothing is traced, watched or judged. Prints milliseconds for each.
 *
 *   -2   CMD runs twice in each world, one after the other
 *   -s   CMD stops before and behind each system call that another process could notice, and its tracer asks which one it is
 *
 *   worlds [-2] [-s] COUNT FILES CMD ARG... */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void must(int failed, const char *what) {
  if (failed) {
    perror(what);
    _exit(1);
  }
}

static void loopback(void) {
  struct ifreq lo;
  memset(&lo, 0, sizeof lo);
  strcpy(lo.ifr_name, "lo");
  lo.ifr_flags = IFF_UP;
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  must(fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo), "lo");
  close(fd);
}

static void device(const char *name, int minor) {
  char path[64];
  snprintf(path, sizeof path, "/mnt/root/dev/%s", name);
  must(mknod(path, S_IFCHR | 0666, 1 << 8 | minor) || chmod(path, 0666), path);
}

static void devices(void) {
  must(mount("worlds", "/mnt/root/dev", "tmpfs", MS_NOSUID, "mode=0755"), "dev");
  device("null", 3);
  device("zero", 5);
  device("full", 7);
  device("random", 8);
  device("urandom", 9);
  must(mkdir("/mnt/root/dev/shm", 01777) || mkdir("/mnt/root/dev/pts", 0755) || mkdir("/mnt/root/dev/mqueue", 01777), "dev");
  must(symlink("/proc/self/fd", "/mnt/root/dev/fd") || symlink("pts/ptmx", "/mnt/root/dev/ptmx"), "dev");
  must(mount("devpts", "/mnt/root/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666"), "pts");
  must(mount("tmpfs", "/mnt/root/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777"), "shm");
}

static void read_only(const char *source, const char *target) {
  if (mount(source, target, 0, MS_BIND, 0) && errno == ENOENT) return;
  must(mount(0, target, 0, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, 0), target);
}

static void file(const char *path, int mode, int owner) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  must(fd < 0 || write(fd, "draft\n", 6) != 6 || fchown(fd, owner, owner) || fchmod(fd, mode), path);
  close(fd);
}

static void setup(int files) {
  char path[64];
  must(mkdir("/mnt/upper/arena", 0755), "arena");
  for (int i = 0; i < files; i++) {
    snprintf(path, sizeof path, "/mnt/upper/arena/f%d", i);
    file(path, 0644, 65534);
  }
  must(mkdir("/mnt/upper/.worlds", 0755) || mkdir("/mnt/upper/.worlds/vault", 0700), "vault");
  file("/mnt/upper/.worlds/vault/secret", 0604, 0);
}

static int stops, twice;

/* Those that nobody else notices. */
static const int unnoticed[] = {
  __NR_brk, __NR_mmap, __NR_mprotect, __NR_munmap, __NR_mremap, __NR_madvise, __NR_futex, __NR_wait4, __NR_waitid, __NR_dup, __NR_pipe2,
  __NR_rt_sigaction, __NR_rt_sigprocmask, __NR_rt_sigreturn, __NR_sigaltstack, __NR_clone, __NR_clone3, __NR_set_tid_address,
  __NR_set_robust_list, __NR_rseq, __NR_prctl, __NR_getpid, __NR_gettid, __NR_getppid, __NR_getpgid, __NR_getuid, __NR_getgid, __NR_geteuid,
  __NR_getegid, __NR_getgroups, __NR_umask, __NR_prlimit64, __NR_uname, __NR_sysinfo, __NR_getrandom, __NR_clock_gettime,
#ifdef __x86_64__
  __NR_arch_prctl, __NR_fork, __NR_vfork, __NR_pipe, __NR_getpgrp,
#endif
};

static void stop_at_calls(void) {
  enum { CALLS = sizeof unnoticed / sizeof *unnoticed };
  struct sock_filter code[CALLS + 3];
  code[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (int i = 0; i < CALLS; i++) code[i + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, unnoticed[i], CALLS - i, 0);
  code[CALLS + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
  code[CALLS + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {CALLS + 3, code};
  must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program), "seccomp");
}

/* Both stops of each call, of all processes. */
static int trace(pid_t victim) {
  int status, ended = 1;
  must(waitpid(victim, &status, 0) < 0, "waitpid");
  long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
  must(ptrace(PTRACE_SETOPTIONS, victim, 0, options | PTRACE_O_EXITKILL) || ptrace(PTRACE_CONT, victim, 0, 0), "ptrace");
  for (pid_t task; (task = waitpid(-1, &status, __WALL)) > 0;) {
    if (!WIFSTOPPED(status)) {
      if (task == victim) ended = status;
      continue;
    }
    char info[128];
    int stop = WSTOPSIG(status), event = status >> 16;
    if (event == PTRACE_EVENT_SECCOMP || stop == (SIGTRAP | 0x80)) ptrace(PTRACE_GET_SYSCALL_INFO, task, sizeof info, info);
    int signal = event || stop == (SIGTRAP | 0x80) || stop == SIGSTOP ? 0 : stop;
    ptrace(event == PTRACE_EVENT_SECCOMP ? PTRACE_SYSCALL : PTRACE_CONT, task, 0, signal);
  }
  return ended;
}

static int run(char **command) {
  pid_t victim = fork();
  must(victim < 0, "fork");
  if (victim == 0) {
    if (stops) {
      must(ptrace(PTRACE_TRACEME, 0, 0, 0) || raise(SIGSTOP), "traceme");
      stop_at_calls();
    }
    execv(command[0], command);
    _exit(127);
  }
  if (stops) return trace(victim);
  int status;
  waitpid(victim, &status, 0);
  return status;
}

static void world(int files, char **command) {
  must(unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET), "unshare");
  loopback();
  must(mount(0, "/", 0, MS_REC | MS_PRIVATE, 0), "private");
  must(mount("worlds", "/mnt", "tmpfs", 0, "mode=0755"), "tmpfs");
  must(mkdir("/mnt/root", 0755) || mkdir("/mnt/upper", 0755) || mkdir("/mnt/work", 0755), "mkdir");
  setup(files);
  must(mount("worlds", "/mnt/root", "overlay", 0, "lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work"), "overlay");
  devices();
  read_only("/sys", "/mnt/root/sys");
  must(chdir("/mnt/root") || syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/"), "pivot_root");
  pid_t first = fork();
  must(first < 0, "fork");
  if (first == 0) {
    must(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0), "proc");
    read_only("/proc/sys", "/proc/sys");
    read_only("/proc/sysrq-trigger", "/proc/sysrq-trigger");
    read_only("/proc/irq", "/proc/irq");
    read_only("/proc/bus", "/proc/bus");
    pid_t parent = fork();
    must(parent < 0, "fork");
    if (parent == 0) _exit(run(command) == 0 && (!twice || run(command) == 0) ? 0 : 1);
    int status;
    waitpid(parent, &status, 0);
    _exit(status == 0 ? 0 : 1);
  }
  int status;
  waitpid(first, &status, 0);
  _exit(status == 0 ? 0 : 1);
}

int main(int count, char **words) {
  for (int option; (option = getopt(count, words, "+2s")) > 0;) *(option == 's' ? &stops : &twice) = 1;
  count -= optind - 1;
  words += optind - 1;
  must(count < 4, "usage: worlds [-2] [-s] COUNT FILES CMD ARG...");
  int rounds = atoi(words[1]);
  int files = atoi(words[2]);
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (int i = 0; i < rounds; i++) {
    pid_t child = fork();
    must(child < 0, "fork");
    if (child == 0) world(files, words + 3);
    int status;
    waitpid(child, &status, 0);
    if (status != 0) return 1;
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("%.3f\n", ((end.tv_sec - start.tv_sec) * 1e3 + (end.tv_nsec - start.tv_nsec) / 1e6) / rounds);
  return 0;
}
