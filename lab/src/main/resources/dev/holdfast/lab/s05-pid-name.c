/*
 * A temporary file named after the process, as many programs still make one.
 *
 *   s05-pid-name DIRECTORY
 */
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
  char name[PATH_MAX];
  FILE *file;

  if (argc != 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 2;
  }
  snprintf(name, sizeof name, "%s/report.%ld", argv[1], (long) getpid());
  /* A symbolic link may be waiting there. */
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
