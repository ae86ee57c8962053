/* Loses the first answer of link(2), as a network can: it was done, and the caller is told that it was not.
 *
 *   LD_PRELOAD=l06-lost-answer.so PROGRAM
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>

int link(const char *from, const char *to) {
  static int lost;
  int (*real)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "link");
  int result = real(from, to);
  if (!lost++ && result == 0) {
    errno = ETIMEDOUT;
    return -1;
  }
  return result;
}
