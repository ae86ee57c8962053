/*
 * The same work without the race: owner and mode are set through the descriptor, before it is
 * closed.
 *
 *   s03-fchown UID GID FILE
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
  static const char contents[] = "unpacked\n";
  int fd;

  if (argc != 4) {
    fprintf(stderr, "usage: %s UID GID FILE\n", argv[0]);
    return 2;
  }
  fd = open(argv[3], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0
      || write(fd, contents, sizeof contents - 1) != sizeof contents - 1
      || fchown(fd, (uid_t) atol(argv[1]), (gid_t) atol(argv[2])) != 0
      || fchmod(fd, 0644) != 0
      || close(fd) != 0) {
    perror(argv[3]);
    return 1;
  }
  return 0;
}
