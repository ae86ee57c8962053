/*
 * A file for secrets that is born with the umask's mode, as fopen() does it, and made private right
 * afterwards. The kernel checks permissions at open only: who opened in between keeps reading.
 *
 *   s06-born-open FILE
 */
#include <stdio.h>
#include <sys/stat.h>

int main(int argc, char *argv[])
{
  FILE *file;

  if (argc != 2) {
    fprintf(stderr, "usage: %s FILE\n", argv[0]);
    return 2;
  }
  umask(022);
  if ((file = fopen(argv[1], "w")) == NULL) {
    perror(argv[1]);
    return 1;
  }
  /* Here anybody can open it. */
  if (fchmod(fileno(file), 0600) != 0) {
    perror(argv[1]);
    return 1;
  }
  fprintf(file, "the key is 4711\n");
  if (fclose(file) != 0) {
    perror(argv[1]);
    return 1;
  }
  return 0;
}
