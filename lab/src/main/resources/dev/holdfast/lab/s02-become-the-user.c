/*
 * The same work without the question: the program takes on its user's identity and opens the file.
 * What the user may not do fails; and once open, the descriptor keeps what was granted.
 *
 *   s02-become-the-user UID FILE TEXT      as root
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
  FILE *file;
  uid_t user;

  if (argc != 4) {
    fprintf(stderr, "usage: %s UID FILE TEXT\n", argv[0]);
    return 2;
  }
  user = (uid_t) atol(argv[1]);
  /* First the groups: afterwards the right to change them is gone. */
  if (setgroups(0, NULL) != 0 || setegid((gid_t) user) != 0 || seteuid(user) != 0) {
    perror("cannot become the user");
    return 1;
  }
  if ((file = fopen(argv[2], "w")) == NULL) {
    perror(argv[2]);
    return 1;
  }
  if (seteuid(0) != 0 || setegid(0) != 0) {
    perror("cannot return");
    return 1;
  }
  fprintf(file, "%s\n", argv[3]);
  if (fclose(file) != 0) {
    perror(argv[2]);
    return 1;
  }
  return 0;
}
