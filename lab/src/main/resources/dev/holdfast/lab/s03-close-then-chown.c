/*
 * What unpackers do: write the file, close it, and then set its owner and mode by its name.
 * The directory is the user's, so by then the name can mean something else.
 *
 *   s03-close-then-chown UID GID FILE
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
      || close(fd) != 0) {
    perror(argv[3]);
    return 1;
  }
  /* Here the user replaces the file by a link to somebody else's. */
  if (chown(argv[3], (uid_t) atol(argv[1]), (gid_t) atol(argv[2])) != 0
      || chmod(argv[3], 0644) != 0) {
    perror(argv[3]);
    return 1;
  }
  return 0;
}
