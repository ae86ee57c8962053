/* Counts runs in a file, one at a time: lockf(3), which is fcntl(2).
 *
 *   l08-count-lockf DIRECTORY
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
  char text[20] = "";
  int lock, count, length;
  if (argc != 2 || chdir(argv[1]) != 0) return 2;
  lock = open("lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0 || lockf(lock, F_LOCK, 0) != 0) return 1;
  count = open("count", O_RDWR | O_CLOEXEC);
  if (count < 0 || read(count, text, sizeof text - 1) < 0) return 1;
  length = snprintf(text, sizeof text, "%d\n", atoi(text) + 1);
  return pwrite(count, text, length, 0) == length ? 0 : 1;
}
