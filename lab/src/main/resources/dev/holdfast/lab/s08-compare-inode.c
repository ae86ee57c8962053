/*
 * A program comes back to its file, and makes sure by device, inode number and owner that it is the
 * same one. Inode numbers are used again.
 *
 *   s08-compare-inode FILE
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
  struct stat before, after;
  char text[64];
  ssize_t n;
  int fd;

  if (argc != 2) {
    fprintf(stderr, "usage: %s FILE\n", argv[0]);
    return 2;
  }
  fd = open(argv[1], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 || write(fd, "mine\n", 5) != 5 || fstat(fd, &before) != 0 || close(fd) != 0) {
    perror(argv[1]);
    return 1;
  }

  puts("asleep");
  fflush(stdout);
  /* Here it waits for days. The file is removed; a new one gets its name and its number. */
  getchar();

  fd = open(argv[1], O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &after) != 0) {
    perror(argv[1]);
    return 1;
  }
  if (after.st_dev != before.st_dev || after.st_ino != before.st_ino
      || after.st_uid != before.st_uid) {
    fprintf(stderr, "%s: is another file now\n", argv[1]);
    return 1;
  }
  if ((n = read(fd, text, sizeof text)) < 0 || fwrite(text, 1, n, stdout) != (size_t) n) {
    perror(argv[1]);
    return 1;
  }
  return 0;
}
