/*
 * The same with every result looked at: who cannot be judged does not come in.
 *
 *   s16-no-list-no-entry LIST DIRECTORY USER...
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_denied(const char *list, const char *user)
{
  char line[256];
  int denied = 0;
  FILE *file = fopen(list, "r");

  if (file == NULL) {
    perror(list);
    exit(1);
  }
  while (fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    denied |= strcmp(line, user) == 0;
  }
  if (ferror(file) || fclose(file) != 0) {
    perror(list);
    exit(1);
  }
  return denied;
}

int main(int argc, char *argv[])
{
  char name[PATH_MAX];
  int i;

  for (i = 3; i < argc; i++) {
    if (is_denied(argv[1], argv[i])) {
      continue;
    }
    snprintf(name, sizeof name, "%s/session.%s", argv[2], argv[i]);
    FILE *session = fopen(name, "w");
    if (session == NULL || fclose(session) != 0) {
      perror(name);
      return 1;
    }
  }
  return 0;
}
