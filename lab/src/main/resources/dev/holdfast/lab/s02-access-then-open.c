/*
 * A set-uid program asks with access() whether its user may write the file, and then opens it with
 * its own rights. access() answers for the real user, and for a moment that is over.
 *
 *   s02-access-then-open UID FILE TEXT     as root: takes the identity of a set-uid program that
 *                                          this user has started
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
  FILE *file;

  if (argc != 4) {
    fprintf(stderr, "usage: %s UID FILE TEXT\n", argv[0]);
    return 2;
  }
  if (setreuid((uid_t) atol(argv[1]), 0) != 0) {
    perror("setreuid");
    return 1;
  }
  if (access(argv[2], W_OK) != 0) {
    perror(argv[2]);
    return 1;
  }
  /* Here the user replaces the file by a link to one that is closed to the user. */
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
