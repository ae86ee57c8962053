/*
 * The same with the file kept open: while somebody holds it, its number is given to no other, and
 * nothing needs to be compared.
 *
 *   s08-keep-open FILE
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
  char text[64];
  ssize_t n;
  int fd;

  if (argc != 2) {
    fprintf(stderr, "usage: %s FILE\n", argv[0]);
    return 2;
  }
  fd = open(argv[1], O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 || write(fd, "mine\n", 5) != 5) {
    perror(argv[1]);
    return 1;
  }

  puts("asleep");
  fflush(stdout);
  /* Here it waits for days. Whatever has its name afterwards, this is its file. */
  getchar();

  if ((n = pread(fd, text, sizeof text, 0)) < 0 || fwrite(text, 1, n, stdout) != (size_t) n) {
    perror(argv[1]);
    return 1;
  }
  return 0;
}
