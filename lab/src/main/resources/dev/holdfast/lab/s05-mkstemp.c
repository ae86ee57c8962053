/*
 * The same with mkstemp(): a random name, O_CREAT|O_EXCL, mode 0600; then only the descriptor is
 * used. In a directory where others may rename, the name says nothing about the file any more.
 *
 *   s05-mkstemp DIRECTORY
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
  snprintf(name, sizeof name, "%s/report.XXXXXX", argv[1]);
  if ((fd = mkstemp(name)) < 0 || (file = fdopen(fd, "w")) == NULL) {
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
