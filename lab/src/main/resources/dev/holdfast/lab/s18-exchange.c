/*
 * Exchanges two names for one another, as fast as it can, until it is killed or its input ends. It
 * knows nothing of the program that it hopes to meet.
 *
 *   s18-exchange NAME OTHER [UID]
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
  struct pollfd in = { 0, POLLIN, 0 };
  unsigned long n = 0;

  if (argc < 3) {
    fprintf(stderr, "usage: %s NAME OTHER [UID]\n", argv[0]);
    return 2;
  }
  if (argc > 3) {
    uid_t uid = (uid_t) strtoul(argv[3], NULL, 10);
    if (setgroups(0, NULL) != 0 || setgid(uid) != 0 || setuid(uid) != 0) {
      perror(argv[3]);
      return 1;
    }
  }
  if (renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) != 0) {
    perror(argv[1]);
    return 1;
  }
  puts("exchanging");
  fflush(stdout);
  while (renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) == 0) {
    /* Who started it is gone, and closed its end. */
    if (++n % 4096 == 0 && poll(&in, 1, 0) != 0) {
      return 0;
    }
  }
  perror(argv[1]);
  return 1;
}
