/* A file without any permission as a lock: whoever can make it has it.
 *
 *   l05-creat LOCK
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
  char end[8];
  int fd;
  if (argc != 2) return 2;
  fd = creat(argv[1], 0);
  /* Root may open any file, so for root the second creat succeeds as well. */
  puts(fd < 0 ? "busy" : "held");
  fflush(stdout);
  if (fd < 0) return 0;
  while (read(0, end, sizeof end) > 0) {
  }
  unlink(argv[1]);
  return 0;
}
