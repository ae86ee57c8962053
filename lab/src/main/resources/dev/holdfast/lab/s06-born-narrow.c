/*
 * The same without the moment: born with mode 0600, whatever the umask is.
 *
 *   s06-born-narrow FILE
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
  fprintf(file, "the key is 4711\n");
  if (fclose(file) != 0) {
    perror(argv[1]);
    return 1;
  }
  return 0;
}
