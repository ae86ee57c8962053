/* The same loops in C: locks.c uncontended|contended|handover|cas FILE SECONDS */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static double now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static void ofd(int fd, int type) {
  struct flock l = {.l_type = type, .l_whence = SEEK_SET};
  if (fcntl(fd, F_OFD_SETLKW, &l) != 0) exit(1);
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  const char *what = argv[1];
  double seconds = atof(argv[3]);
  int fd = open(argv[2], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return 1;
  if (!strcmp(what, "flock") || !strcmp(what, "ofd")) {
    /* The median of many short rounds, in CPU time, so that a busy machine disturbs it little. */
    enum { ROUNDS = 61, N = 20000 };
    static double took[ROUNDS];
    for (int r = 0; r < ROUNDS; r++) {
      double start = now(CLOCK_THREAD_CPUTIME_ID);
      for (int i = 0; i < N; i++) {
        if (what[0] == 'f') {
          flock(fd, LOCK_EX);
          flock(fd, LOCK_UN);
        } else {
          ofd(fd, F_WRLCK);
          ofd(fd, F_UNLCK);
        }
      }
      took[r] = (now(CLOCK_THREAD_CPUTIME_ID) - start) / N;
    }
    for (int i = 0; i < ROUNDS; i++)
      for (int j = i + 1; j < ROUNDS; j++)
        if (took[j] < took[i]) {
          double t = took[i];
          took[i] = took[j];
          took[j] = t;
        }
    printf("%.1f\n", took[ROUNDS / 2]);
    return 0;
  }
  if (!strcmp(what, "contended")) {
    long count = 0;
    double end = now(CLOCK_MONOTONIC) + seconds * 1e9;
    while (now(CLOCK_MONOTONIC) < end) {
      ofd(fd, F_WRLCK);
      count++;
      ofd(fd, F_UNLCK);
    }
    printf("%ld\n", count);
    return 0;
  }
  if (!strcmp(what, "robust")) {
    pthread_mutexattr_t a;
    pthread_mutex_t *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_init(&a);
    pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(m, &a);
    int n = 5000000;
    double start = now(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < n; i++) {
      pthread_mutex_lock(m);
      pthread_mutex_unlock(m);
    }
    printf("%.1f\n", (now(CLOCK_THREAD_CPUTIME_ID) - start) / n);
    return 0;
  }
  if (!strcmp(what, "cas")) {
    _Atomic long *word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int n = 5000000;
    double start = now(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < n; i++) {
      long zero = 0, one = 1;
      atomic_compare_exchange_strong(word, &zero, 1);
      atomic_compare_exchange_strong(word, &one, 0);
    }
    printf("%.1f\n", (now(CLOCK_THREAD_CPUTIME_ID) - start) / n);
    return 0;
  }
  return 2;
}
