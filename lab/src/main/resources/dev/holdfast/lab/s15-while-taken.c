/*
 * The same with the one error that another name can help against, and not for ever.
 *
 *   s15-while-taken DIRECTORY
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
  char name[PATH_MAX];
  unsigned long random[2];
  int fd = -1;
  int tries;

  if (argc != 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 2;
  }
  for (tries = 0; tries < 16; tries++) {
    if (getrandom(random, sizeof random, 0) != sizeof random) {
      perror("getrandom");
      return 1;
    }
    snprintf(name, sizeof name, "%s/work.%016lx%016lx", argv[1], random[0], random[1]);
    fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0 || errno != EEXIST) {
      break;
    }
  }
  if (fd < 0 || write(fd, "all is well\n", 12) != 12 || close(fd) != 0) {
    perror(name);
    return 1;
  }
  return 0;
}
