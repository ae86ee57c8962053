/*
 * A program that must not overwrite anything looks whether the file is there, and creates it if not.
 *
 *   s04-look-then-create FILE
 */
#include <stdio.h>
#include <sys/stat.h>

int main(int argc, char *argv[])
{
  struct stat st;
  FILE *file;

  if (argc != 2) {
    fprintf(stderr, "usage: %s FILE\n", argv[0]);
    return 2;
  }
  if (lstat(argv[1], &st) == 0) {
    fprintf(stderr, "%s: is there already\n", argv[1]);
    return 1;
  }
  /* Here somebody else puts a link there. */
  if ((file = fopen(argv[1], "w")) == NULL) {
    perror(argv[1]);
    return 1;
  }
  fprintf(file, "new\n");
  if (fclose(file) != 0) {
    perror(argv[1]);
    return 1;
  }
  return 0;
}
