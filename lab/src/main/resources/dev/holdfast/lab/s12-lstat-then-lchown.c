/*
 * A program of root's gives a user the report that it wrote into the user's directory. It knows about
 * symbolic links: it looks with lstat(), and changes with lchown().
 *
 *   s12-lstat-then-lchown UID FILE
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
  struct stat st;

  if (argc != 3) {
    fprintf(stderr, "usage: %s UID FILE\n", argv[0]);
    return 2;
  }
  if (lstat(argv[2], &st) != 0 || !S_ISREG(st.st_mode)) {
    fprintf(stderr, "%s: is not a regular file\n", argv[2]);
    return 1;
  }
  /* Here, or long before, the user puts a hard link to another file there. */
  if (lchown(argv[2], (uid_t) strtoul(argv[1], NULL, 10), (gid_t) -1) != 0) {
    perror(argv[2]);
    return 1;
  }
  return 0;
}
