/*
 * The textbook race (examples/s01-stat-then-fopen.c), on many files one after the other: a program
 * with enough windows to measure the prover.
 *
 *   textbook UID FILE...
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int main(int argc, char *argv[])
{
  for (int i = 2; i < argc; i++) {
    struct stat st;
    FILE *file;

    if (stat(argv[i], &st) != 0 || st.st_uid != (uid_t) atol(argv[1]) || !S_ISREG(st.st_mode))
      continue;
    if ((file = fopen(argv[i], "w")) == NULL)
      continue;
    fprintf(file, "done\n");
    fclose(file);
  }
  return 0;
}
