/*
 * What unpackers and copiers do: make a directory, and then files in it by their whole path.
 * The directory above is the user's, so by then the way can lead elsewhere.
 *
 *   s13-path-again DIRECTORY
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
  char name[PATH_MAX];
  int fd;

  if (argc != 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 2;
  }
  if (mkdir(argv[1], 0755) != 0) {
    perror(argv[1]);
    return 1;
  }
  snprintf(name, sizeof name, "%s/file", argv[1]);
  /* Here the user replaces the directory by a link to another. */
  fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0 || write(fd, "unpacked\n", 9) != 9 || close(fd) != 0) {
    perror(name);
    return 1;
  }
  return 0;
}
