/*
 * A mail system takes in a user's message, once it has made sure that it is a file and not too long.
 *
 *   s11-stat-then-copy FILE SPOOL
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST (1024 * 1024)

int main(int argc, char *argv[])
{
  static char buffer[65536];
  struct stat st;
  ssize_t n;
  int in, out;

  if (argc != 3) {
    fprintf(stderr, "usage: %s FILE SPOOL\n", argv[0]);
    return 2;
  }
  if (stat(argv[1], &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > MOST) {
    fprintf(stderr, "%s: not a message\n", argv[1]);
    return 1;
  }
  /* Here the file becomes a FIFO, a link to /dev/zero, or very long. */
  in = open(argv[1], O_RDONLY | O_CLOEXEC);
  out = open(argv[2], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (in < 0 || out < 0) {
    perror(argv[1]);
    return 1;
  }
  while ((n = read(in, buffer, sizeof buffer)) > 0) {
    if (write(out, buffer, n) != n) {
      perror(argv[2]);
      return 1;
    }
  }
  return n == 0 && close(out) == 0 ? 0 : 1;
}
