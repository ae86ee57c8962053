/* The least that a trial can cost: for each of COUNT times, namespaces like those of a world, a copy-on-write view of the whole file tree as
 * its root, devices' file system, loopback, a first process, and CMD run in it to its end. Prints milliseconds for each.
 *
 *   worlds COUNT CMD ARG... */
#define _GNU_SOURCE
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

static void world(char **command) {
  must(unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET), "unshare");
  loopback();
  must(mount(0, "/", 0, MS_REC | MS_PRIVATE, 0), "private");
  must(mount("worlds", "/mnt", "tmpfs", 0, "mode=0755"), "tmpfs");
  must(mkdir("/mnt/root", 0755) || mkdir("/mnt/upper", 0755) || mkdir("/mnt/work", 0755), "mkdir");
  must(mount("worlds", "/mnt/root", "overlay", 0, "lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work"), "overlay");
  must(mount("worlds", "/mnt/root/dev", "tmpfs", 0, "mode=0755"), "dev");
  must(mknod("/mnt/root/dev/null", S_IFCHR | 0666, 1 << 8 | 3), "null");
  must(mkdir("/mnt/root/arena", 0755), "arena");
  must(chdir("/mnt/root") || syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/"), "pivot_root");
  pid_t first = fork();
  must(first < 0, "fork");
  if (first == 0) {
    must(mount("proc", "/proc", "proc", 0, 0), "proc");
    pid_t victim = fork();
    if (victim == 0) {
      execv(command[0], command);
      _exit(127);
    }
    waitpid(victim, 0, 0);
    _exit(0);
  }
  waitpid(first, 0, 0);
  _exit(0);
}

int main(int count, char **words) {
  must(count < 3, "usage: worlds COUNT CMD ARG...");
  int rounds = atoi(words[1]);
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (int i = 0; i < rounds; i++) {
    pid_t child = fork();
    must(child < 0, "fork");
    if (child == 0) world(words + 2);
    int status;
    waitpid(child, &status, 0);
    if (status != 0) return 1;
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("%.3f\n", ((end.tv_sec - start.tv_sec) * 1e3 + (end.tv_nsec - start.tv_nsec) / 1e6) / rounds);
  return 0;
}
