/* A lock file by link(2): the number of links decides, whatever the call answers.
 *
 *   l06-count-links DIRECTORY
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv) {
  char own[64], end[8];
  struct stat st;
  int fd, got, answer;
  if (argc != 2 || chdir(argv[1]) != 0) return 2;
  snprintf(own, sizeof own, "own.%ld", (long)getpid());
  fd = open(own, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
  if (fd < 0 || close(fd) != 0) return 1;
  answer = link(own, "lock");
  (void)answer;
  got = stat(own, &st) == 0 && st.st_nlink == 2;
  unlink(own);
  puts(got ? "held" : "busy");
  fflush(stdout);
  if (!got) return 0;
  while (read(0, end, sizeof end) > 0) {
  }
  unlink("lock");
  return 0;
}
