/*
 * Who may log in? Everybody who is not on the list. A list that cannot be opened has nobody on it.
 *
 *   s16-no-list-no-harm LIST DIRECTORY USER...
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

static int is_denied(const char *list, const char *user)
{
  char line[256];
  int denied = 0;
  FILE *file = fopen(list, "r");

  if (file == NULL) {
    return 0;
  }
  while (fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    denied |= strcmp(line, user) == 0;
  }
  fclose(file);
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
