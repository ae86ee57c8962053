/*
 * A temporary file, tried until it works. Any error is taken for "the name is taken", also that the
 * disk is full, and then this goes on for ever.
 *
 *   s15-until-it-works DIRECTORY
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
  char name[PATH_MAX];
  int fd;

  if (argc != 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 2;
  }
  srandom(getpid());
  do {
    snprintf(name, sizeof name, "%s/work.%08lx", argv[1], random());
    fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  } while (fd == -1);
  if (write(fd, "all is well\n", 12) != 12 || close(fd) != 0) {
    perror(name);
    return 1;
  }
  return 0;
}
