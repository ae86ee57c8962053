/* Two threads that take turns at three names: which gets which is decided anew in each run. */
#include <pthread.h>
#include <unistd.h>

static const char *names[] = {"/arena/d/aa", "/arena/d/bb", "/arena/d/cc"};
static int next;

static void *work(void *failed) {
  for (int i; (i = __atomic_fetch_add(&next, 1, __ATOMIC_SEQ_CST)) < 3;)
    if (lchown(names[i], 2, 2)) return failed;
  return 0;
}

int main(void) {
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], 0, work, &next);
  for (int i = 0; i < 2; i++) {
    void *failed;
    pthread_join(threads[i], &failed);
    if (failed) return 1;
  }
  return 0;
}
