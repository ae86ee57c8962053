/*
 * The same loops in C: flock|ofd|cas|robust FILE 0, contended FILE SECONDS, handover FILE SECONDS PARTY,
 * hold FILE 0, next FILE 0. What the last three do is said in LockLoops.java.
 */
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

static void ofd_at(int fd, int type, long at) {
  struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = at < 0 ? 0 : 1};
  if (at < 0) l.l_start = 0;
  if (fcntl(fd, F_OFD_SETLKW, &l) != 0) exit(1);
}

/*
 * A process with one thread looks a descriptor up without counting its use; every JVM has many threads, so the loop in C
 * has a second one, too, which sleeps.
 */
static void *sleep_beside(void *unused) {
  for (;;) pause();
  return unused;
}

static void ofd(int fd, int type) { ofd_at(fd, type, -1); }

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  const char *what = argv[1];
  double seconds = atof(argv[3]);
  int fd = open(argv[2], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return 1;
  if (!strcmp(what, "flock") || !strcmp(what, "ofd")) {
    /* The median of many short rounds, in CPU time, so that a busy machine disturbs it little. */
    enum { ROUNDS = 61, N = 20000 };
    pthread_t second;
    if (pthread_create(&second, NULL, sleep_beside, NULL) != 0) return 1;
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
  if (!strcmp(what, "handover")) {
    /* A descriptor for each byte, as the locks of the other loop have. */
    int party = argc > 4 ? atoi(argv[4]) : 0, at = party ? 2 : 0, fds[3] = {fd, open(argv[2], O_RDWR), open(argv[2], O_RDWR)};
    long steps = 0;
    ofd_at(fds[at], F_WRLCK, at);
    printf("ready\n");
    fflush(stdout);
    getchar();
    double begin = now(CLOCK_MONOTONIC) + 1e9, end = begin + seconds * 1e9, time;
    while ((time = now(CLOCK_MONOTONIC)) < end) {
      int next = (at + 1) % 3;
      ofd_at(fds[next], F_WRLCK, next);
      ofd_at(fds[at], F_UNLCK, at);
      at = next;
      if (time > begin) steps++;
    }
    printf("%ld\n", steps);
    return 0;
  }
  if (!strcmp(what, "hold") || !strcmp(what, "next")) {
    if (what[0] == 'n') {
      printf("waiting\n");
      fflush(stdout);
    }
    ofd(fd, F_WRLCK);
    if (what[0] == 'n') {
      printf("%.0f\n", now(CLOCK_MONOTONIC));
      return 0;
    }
    printf("held\n");
    fflush(stdout);
    for (;;) pause();
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
