/*
 * The same with the file opened first, without waiting and without following a link; and never more
 * is read than a message may have.
 *
 *   s11-open-then-bounded-copy FILE SPOOL
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST (1024 * 1024)

int main(int argc, char *argv[])
{
  static char message[MOST + 1];
  struct stat st;
  size_t length = 0;
  ssize_t n;
  int in, out;

  if (argc != 3) {
    fprintf(stderr, "usage: %s FILE SPOOL\n", argv[0]);
    return 2;
  }
  in = open(argv[1], O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
  if (in < 0 || fstat(in, &st) != 0 || !S_ISREG(st.st_mode)) {
    fprintf(stderr, "%s: not a message\n", argv[1]);
    return 1;
  }
  while (length < sizeof message
         && (n = read(in, message + length, sizeof message - length)) > 0) {
    length += n;
  }
  if (n < 0 || length > MOST) {
    fprintf(stderr, "%s: too long\n", argv[1]);
    return 1;
  }
  out = open(argv[2], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (out < 0 || write(out, message, length) != (ssize_t) length || close(out) != 0) {
    perror(argv[2]);
    return 1;
  }
  return 0;
}
