/*
 * A print service takes a user's file to the spool. It is root's, so it may read any file.
 *
 *   s17-as-root USER FILE SPOOL
 */
#include <stdio.h>

int main(int argc, char *argv[])
{
  FILE *in, *out;
  int c;

  if (argc != 4) {
    fprintf(stderr, "usage: %s USER FILE SPOOL\n", argv[0]);
    return 2;
  }
  /* The file may be, or become, a link to one that the user may not read. */
  if ((in = fopen(argv[2], "r")) == NULL || (out = fopen(argv[3], "w")) == NULL) {
    perror(argv[2]);
    return 1;
  }
  while ((c = getc(in)) != EOF) {
    putc(c, out);
  }
  return ferror(in) || fclose(out) != 0 ? 1 : 0;
}
