/*
 * The same in one call: O_EXCL creates the file, or says that something is there; it follows no link.
 *
 *   s04-create-exclusively FILE
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
  FILE *file;
  int fd;

  if (argc != 2) {
    fprintf(stderr, "usage: %s FILE\n", argv[0]);
    return 2;
  }
  fd = open(argv[1], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 || (file = fdopen(fd, "w")) == NULL) {
    perror(argv[1]);
    return 1;
  }
  fprintf(file, "new\n");
  if (fclose(file) != 0) {
    perror(argv[1]);
    return 1;
  }
  return 0;
}
