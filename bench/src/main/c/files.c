/*
 * The system calls of FilesBenchmark, in a C loop: files DIR. Prints the median thread CPU time of
 * each operation in nanoseconds. a/b/file must be there.
 *
 * A second thread sleeps beside the loop. Every JVM has some, and the kernel counts the uses of a
 * descriptor only in processes with more than one: what is compared is the way to the kernel, and
 * not that.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { BATCHES = 21, MASK = STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID };

static int dir;
static uid_t me;
static char file[4096];
static char text[1024];
static int sync_it;

static void require(int ok, const char *what) {
  if (!ok) {
    perror(what);
    exit(2);
  }
}

static void check(int fd) {
  struct statx st;
  require(statx(fd, "", AT_EMPTY_PATH, MASK, &st) == 0, "statx");
  require(S_ISREG(st.stx_mode) && st.stx_uid == me && st.stx_nlink == 1, "check");
}

static void op_open(void) {
  int fd = openat(AT_FDCWD, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  require(fd >= 0, "open");
  check(fd);
  close(fd);
}

static void op_beneath(void) {
  struct open_how how = {
      .flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
      .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
  };
  int fd = (int)syscall(SYS_openat2, dir, "a/b/file", &how, sizeof how);
  require(fd >= 0, "openat2");
  check(fd);
  close(fd);
}

static void op_create(void) {
  int fd = openat(dir, "new-c",
                  O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
  require(fd >= 0, "create");
  struct statx st;
  require(statx(fd, "", AT_EMPTY_PATH, MASK, &st) == 0, "statx");
  close(fd);
  require(unlinkat(dir, "new-c", 0) == 0, "unlinkat");
}

static int tmpfile_in_dir(void) {
  int fd = openat(dir, ".", O_TMPFILE | O_RDWR | O_NOCTTY | O_CLOEXEC, 0600);
  require(fd >= 0, "O_TMPFILE");
  return fd;
}

static void op_temp(void) { close(tmpfile_in_dir()); }

static void op_replace(void) {
  struct statx st;
  static unsigned char random[9 * 26];
  static int left;
  char name[64];
  if (statx(dir, "replaced-c", AT_SYMLINK_NOFOLLOW, STATX_TYPE | STATX_MODE, &st) == 0) {
    require(S_ISREG(st.stx_mode), "check");
  }
  int fd = tmpfile_in_dir();
  require(pwrite(fd, text, sizeof text, 0) == sizeof text, "pwrite");
  require(statx(fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_MODE, &st) == 0, "statx");
  if (sync_it) {
    require(fsync(fd) == 0, "fsync");
  }
  if (left == 0) {
    left = sizeof random;
    require(getrandom(random, sizeof random, 0) == sizeof random, "getrandom");
  }
  left -= 26;
  memcpy(name, ".holdfast-", 10);
  for (int i = 0; i < 26; i++) {
    name[10 + i] = "abcdefghijklmnopqrstuvwxyz234567"[random[left + i] & 31];
  }
  name[36] = 0;
  if (linkat(fd, "", dir, name, AT_EMPTY_PATH) != 0) {
    char proc[64];
    snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
    require(linkat(AT_FDCWD, proc, dir, name, AT_SYMLINK_FOLLOW) == 0, "linkat");
  }
  require(syscall(SYS_renameat2, dir, name, dir, "replaced-c", 0) == 0, "renameat2");
  close(fd);
}

static long cpu(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}

static int compare(const void *a, const void *b) {
  long x = *(const long *)a, y = *(const long *)b;
  return (x > y) - (x < y);
}

static void measure(const char *name, void (*operation)(void), int per_batch) {
  long nanos[BATCHES];
  for (int batch = -3; batch < BATCHES; batch++) {
    long start = cpu();
    for (int i = 0; i < per_batch; i++) {
      operation();
    }
    if (batch >= 0) {
      nanos[batch] = (cpu() - start) / per_batch;
    }
  }
  qsort(nanos, BATCHES, sizeof nanos[0], compare);
  printf("%s %ld\n", name, nanos[BATCHES / 2]);
}

static void *sleep_on(void *unused) {
  pause();
  return unused;
}

int main(int argc, char **argv) {
  require(argc == 2, "usage: files DIR");
  me = geteuid();
  pthread_t second;
  require(pthread_create(&second, NULL, sleep_on, NULL) == 0, "pthread_create");
  dir = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  require(dir >= 0, argv[1]);
  snprintf(file, sizeof file, "%s/a/b/file", argv[1]);
  memset(text, 'x', sizeof text);
  measure("open", op_open, 1000);
  measure("beneath", op_beneath, 1000);
  measure("create", op_create, 1000);
  measure("temp", op_temp, 1000);
  measure("replace", op_replace, 1000);
  sync_it = 1;
  measure("replace-sync", op_replace, 1000);
  return 0;
}
