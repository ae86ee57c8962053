/* Takes two locks in the order in which it happens to need them.
 *
 *   l02-one-by-one FIRST SECOND
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

int main(int argc, char **argv) {
  char go[8];
  int first, second;
  if (argc != 3) return 2;
  first = open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  second = open(argv[2], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (first < 0 || second < 0 || flock(first, LOCK_EX) != 0) return 1;
  puts("first");
  fflush(stdout);
  /* Stands for the work: meanwhile another one takes the second lock. */
  if (read(0, go, sizeof go) <= 0) return 1;
  if (flock(second, LOCK_EX) != 0) return 1;
  puts("both");
  return 0;
}
