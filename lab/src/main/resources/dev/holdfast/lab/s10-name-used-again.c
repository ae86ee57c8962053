/*
 * A temporary file is made as it should be, thrown away, and made again under its old name.
 *
 *   s10-name-used-again DIRECTORY
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
  char name[PATH_MAX];
  FILE *file;
  int fd;

  if (argc != 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 2;
  }
  snprintf(name, sizeof name, "%s/work.XXXXXX", argv[1]);
  if ((fd = mkstemp(name)) < 0 || write(fd, "draft\n", 6) != 6 || close(fd) != 0) {
    perror(name);
    return 1;
  }
  unlink(name);
  /* The name is known by now, and free: here somebody else puts a link there. */
  if ((file = fopen(name, "w")) == NULL) {
    perror(name);
    return 1;
  }
  fprintf(file, "all is well\n");
  if (fclose(file) != 0) {
    perror(name);
    return 1;
  }
  return 0;
}
