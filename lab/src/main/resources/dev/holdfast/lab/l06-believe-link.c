/* A lock file by link(2): what the call answers decides.
 *
 *   l06-believe-link DIRECTORY
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
  char own[64], end[8];
  int fd, got;
  if (argc != 2 || chdir(argv[1]) != 0) return 2;
  snprintf(own, sizeof own, "own.%ld", (long)getpid());
  fd = open(own, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
  if (fd < 0 || close(fd) != 0) return 1;
  got = link(own, "lock") == 0;
  unlink(own);
  puts(got ? "held" : "busy");
  fflush(stdout);
  if (!got) return 0;
  while (read(0, end, sizeof end) > 0) {
  }
  unlink("lock");
  return 0;
}
