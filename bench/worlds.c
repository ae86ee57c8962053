/* The least that a trial can cost: for each of COUNT times a world of the same kind: the namespaces, a copy-on-write view of the whole file
 * tree as its root, the same devices, shared memory, protected /sys and /proc, loopback, FILES files of the set-up in /arena, canaries, a first
 * process and a parent; and CMD run in it to its end. Nothing is traced, watched or judged. Prints milliseconds for each.
 *
 *   worlds COUNT FILES CMD ARG... */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
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

static int run(char **command) {
  pid_t victim = fork();
  must(victim < 0, "fork");
  if (victim == 0) {
    execv(command[0], command);
    _exit(127);
  }
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
    if (parent == 0) _exit(run(command) == 0 ? 0 : 1);
    int status;
    waitpid(parent, &status, 0);
    _exit(status == 0 ? 0 : 1);
  }
  int status;
  waitpid(first, &status, 0);
  _exit(status == 0 ? 0 : 1);
}

int main(int count, char **words) {
  must(count < 4, "usage: worlds COUNT FILES CMD ARG...");
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
