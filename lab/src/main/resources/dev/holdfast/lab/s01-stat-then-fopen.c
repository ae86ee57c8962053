/*
 * The textbook race: a privileged program writes into a file for a user.
 * It makes sure that the file is the user's own and is a regular one, and then opens it.
 * But stat() and fopen() each look the name up for themselves.
 *
 *   s01-stat-then-fopen UID FILE TEXT
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int main(int argc, char *argv[])
{
  struct stat st;
  FILE *file;

  if (argc != 4) {
    fprintf(stderr, "usage: %s UID FILE TEXT\n", argv[0]);
    return 2;
  }
  if (stat(argv[2], &st) != 0) {
    perror(argv[2]);
    return 1;
  }
  if (st.st_uid != (uid_t) atol(argv[1])) {
    fprintf(stderr, "%s: is somebody else's\n", argv[2]);
    return 1;
  }
  if (!S_ISREG(st.st_mode)) {
    fprintf(stderr, "%s: is not a regular file\n", argv[2]);
    return 1;
  }
  /* Here the user replaces the file by a link to somebody else's. */
  if ((file = fopen(argv[2], "w")) == NULL) {
    perror(argv[2]);
    return 1;
  }
  fprintf(file, "%s\n", argv[3]);
  if (fclose(file) != 0) {
    perror(argv[2]);
    return 1;
  }
  return 0;
}
