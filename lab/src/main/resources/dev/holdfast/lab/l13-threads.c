/* Two threads ask for the same record lock: it belongs to the process, so both get it.
 *
 *   l13-threads FILE
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static int fd;

static void *ask(void *unused) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  puts(fcntl(fd, F_SETLK, &lock) == 0 ? "held" : "busy");
  return unused;
}

int main(int argc, char **argv) {
  pthread_t second;
  struct flock none = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
  if (argc != 2) return 2;
  fd = open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return 1;
  ask(NULL);
  if (pthread_create(&second, NULL, ask, NULL) != 0) return 1;
  pthread_join(second, NULL);
  fcntl(fd, F_SETLK, &none);
  if (pthread_create(&second, NULL, ask, NULL) != 0) return 1;
  pthread_join(second, NULL);
  return 0;
}
