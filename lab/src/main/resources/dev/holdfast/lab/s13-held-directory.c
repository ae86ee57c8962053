/*
 * The same with the directory held open: what is made, is made in it, wherever its name leads.
 *
 *   s13-held-directory DIRECTORY
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
  struct stat st;
  int directory, fd;

  if (argc != 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 2;
  }
  if (mkdir(argv[1], 0755) != 0) {
    perror(argv[1]);
    return 1;
  }
  directory = open(argv[1], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory < 0 || fstat(directory, &st) != 0) {
    perror(argv[1]);
    return 1;
  }
  if (st.st_uid != geteuid()) {
    fprintf(stderr, "%s: was exchanged for somebody else's\n", argv[1]);
    return 1;
  }
  fd = openat(directory, "file", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0 || write(fd, "unpacked\n", 9) != 9 || close(fd) != 0) {
    perror(argv[1]);
    return 1;
  }
  close(directory);
  return 0;
}
