/*
 * The same by descriptor, and only if the file has this one name.
 *
 *   s12-open-then-fchown UID FILE
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
  struct stat st;
  int fd;

  if (argc != 3) {
    fprintf(stderr, "usage: %s UID FILE\n", argv[0]);
    return 2;
  }
  fd = open(argv[2], O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &st) != 0) {
    perror(argv[2]);
    return 1;
  }
  if (!S_ISREG(st.st_mode) || st.st_nlink != 1 || st.st_uid != geteuid()) {
    fprintf(stderr, "%s: is not the report\n", argv[2]);
    return 1;
  }
  if (fchown(fd, (uid_t) strtoul(argv[1], NULL, 10), (gid_t) -1) != 0) {
    perror(argv[2]);
    return 1;
  }
  return 0;
}
