/*
 * The same with the file opened as the user: his groups, his group, his user id, and back.
 *
 *   s17-as-the-user USER FILE SPOOL
 */
#define _DEFAULT_SOURCE
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
  struct passwd *user;
  FILE *in, *out;
  int c;

  if (argc != 4) {
    fprintf(stderr, "usage: %s USER FILE SPOOL\n", argv[0]);
    return 2;
  }
  if ((user = getpwnam(argv[1])) == NULL) {
    fprintf(stderr, "%s: no such user\n", argv[1]);
    return 1;
  }
  if (initgroups(user->pw_name, user->pw_gid) != 0 || setegid(user->pw_gid) != 0
      || seteuid(user->pw_uid) != 0) {
    perror(argv[1]);
    return 1;
  }
  in = fopen(argv[2], "r");
  if (seteuid(0) != 0 || setegid(0) != 0 || setgroups(0, NULL) != 0) {
    perror("back to root");
    return 1;
  }
  if (in == NULL || (out = fopen(argv[3], "w")) == NULL) {
    perror(argv[2]);
    return 1;
  }
  while ((c = getc(in)) != EOF) {
    putc(c, out);
  }
  return ferror(in) || fclose(out) != 0 ? 1 : 0;
}
