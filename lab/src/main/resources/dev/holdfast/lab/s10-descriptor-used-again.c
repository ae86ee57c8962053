/*
 * The same with the file emptied by its descriptor: no name is used twice.
 *
 *   s10-descriptor-used-again DIRECTORY
 */
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
  snprintf(name, sizeof name, "%s/work.XXXXXX", argv[1]);
  if ((fd = mkstemp(name)) < 0 || write(fd, "draft\n", 6) != 6) {
    perror(name);
    return 1;
  }
  if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0
      || write(fd, "all is well\n", 12) != 12 || close(fd) != 0) {
    perror(name);
    return 1;
  }
  return 0;
}
