/*
 * The same work without the race: open first, ask the descriptor, and go on with the descriptor.
 * Nothing is changed (no O_TRUNC) before the checks are done, and a FIFO or terminal that waits
 * there cannot hold the program up (O_NONBLOCK, O_NOCTTY).
 *
 *   s01-open-then-fstat UID FILE TEXT
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
  struct stat st;
  FILE *file;
  int fd;

  if (argc != 4) {
    fprintf(stderr, "usage: %s UID FILE TEXT\n", argv[0]);
    return 2;
  }
  fd = open(argv[2], O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &st) != 0) {
    perror(argv[2]);
    return 1;
  }
  if (st.st_uid != (uid_t) atol(argv[1])) {
    fprintf(stderr, "%s: is somebody else's\n", argv[2]);
    return 1;
  }
  if (!S_ISREG(st.st_mode)) {
    fprintf(stderr, "%s: is not a regular file\n", argv[2]);
    return 1;
  }
  if (st.st_nlink != 1) {
    fprintf(stderr, "%s: has more than one name\n", argv[2]);
    return 1;
  }
  if (ftruncate(fd, 0) != 0 || (file = fdopen(fd, "w")) == NULL) {
    perror(argv[2]);
    return 1;
  }
  fprintf(file, "%s\n", argv[3]);
  if (fclose(file) != 0) {
    perror(argv[2]);
    return 1;
  }
  return 0;
}
