/*
 * The system calls of FilesBenchmark, in a C loop. It runs in the benchmark's own process and thread, in
 * turns with it, so that the kernel, the processor and the descriptor table are the same for both.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { MASK = STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID };

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
  int fd = openat(dir, "new",
                  O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
  require(fd >= 0, "create");
  struct statx st;
  require(statx(fd, "", AT_EMPTY_PATH, MASK, &st) == 0, "statx");
  close(fd);
  require(unlinkat(dir, "new", 0) == 0, "unlinkat");
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
  if (statx(dir, "replaced", AT_SYMLINK_NOFOLLOW, STATX_TYPE | STATX_MODE, &st) == 0) {
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
  require(syscall(SYS_renameat2, dir, name, dir, "replaced", 0) == 0, "renameat2");
  close(fd);
}

static long cpu(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}

static const struct {
  const char *name;
  void (*run)(void);
} operations[] = {
    {"open", op_open}, {"beneath", op_beneath}, {"create", op_create},
    {"temp", op_temp}, {"replace", op_replace}, {"replaceSync", op_replace},
};

/* Once, before the others. a/b/file must be there. */
void files_prepare(const char *directory) {
  me = geteuid();
  dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  require(dir >= 0, directory);
  snprintf(file, sizeof file, "%s/a/b/file", directory);
  memset(text, 'x', sizeof text);
}

/* The thread's CPU time of so many operations in nanoseconds; -1 if there is none of that name. */
long files_measure(const char *operation, int count) {
  sync_it = strcmp(operation, "replaceSync") == 0;
  for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
    if (strcmp(operation, operations[i].name) == 0) {
      long start = cpu();
      for (int n = 0; n < count; n++) {
        operations[i].run();
      }
      return cpu() - start;
    }
  }
  return -1;
}
