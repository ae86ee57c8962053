// Six jobs for three threads.
#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

static const char *const names[] = {"/arena/d/a1", "/arena/d/a2", "/arena/d/a3",
                                    "/arena/d/a4", "/arena/d/a5", "/arena/d/a6"};
static int next;

static void *work(void *nothing) {
  int job;
  while ((job = __atomic_fetch_add(&next, 1, __ATOMIC_SEQ_CST)) < 6) {
    if (chown(names[job], 2, 2) != 0) return (void *)names[job];
  }
  return nothing;
}

int main(void) {
  pthread_t threads[3];
  void *failed = NULL;
  for (int i = 0; i < 3; i++) {
    if (pthread_create(&threads[i], NULL, work, NULL) != 0) return 1;
  }
  for (int i = 0; i < 3; i++) {
    void *one = NULL;
    pthread_join(threads[i], &one);
    if (one != NULL) failed = one;
  }
  return failed != NULL;
}
