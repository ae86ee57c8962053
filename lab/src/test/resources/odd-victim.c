/*
 * The textbook race in programs that behave oddly.
 *
 *   odd-victim HOW UID FILE
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static uid_t user;
static const char *path;

static int check_then_use(void)
{
  struct stat st;
  FILE *file;

  if (stat(path, &st) != 0 || st.st_uid != user || !S_ISREG(st.st_mode))
    return 1;
  if ((file = fopen(path, "w")) == NULL)
    return 1;
  fprintf(file, "done\n");
  return fclose(file) != 0;
}

static void *in_thread(void *result)
{
  *(int *) result = check_then_use();
  return NULL;
}

static void *idle(void *unused)
{
  pause();
  return unused;
}

int main(int argc, char *argv[])
{
  const char *how;
  int result = 0;

  if (argc != 4)
    return 2;
  how = argv[1];
  user = (uid_t) atol(argv[2]);
  path = argv[3];

  if (strcmp(how, "plain") == 0)
    return check_then_use();
  if (strcmp(how, "crash") == 0) {
    check_then_use();
    raise(SIGSEGV);
  } else if (strcmp(how, "kill") == 0) {
    check_then_use();
    raise(SIGKILL);
  } else if (strcmp(how, "hang") == 0) {
    check_then_use();
    for (;;)
      pause();
  } else if (strcmp(how, "spin") == 0) {
    check_then_use();
    for (volatile unsigned long i = 0;; i++)
      ;
  } else if (strcmp(how, "stop") == 0) {
    check_then_use();
    raise(SIGSTOP);
  } else if (strcmp(how, "close") == 0) {
    for (int fd = 0; fd < 1024; fd++)
      close(fd);
    return check_then_use();
  } else if (strcmp(how, "fork") == 0) {
    pid_t child = fork();
    int status;
    if (child == 0)
      _exit(check_then_use());
    return waitpid(child, &status, 0) != child || status != 0;
  } else if (strcmp(how, "daemon") == 0) {
    if (fork() != 0)
      _exit(0);
    setsid();
    if (fork() != 0)
      _exit(0);
    _exit(check_then_use());
  } else if (strcmp(how, "orphan") == 0) {
    /* Leaves somebody behind who never ends. */
    if (fork() == 0)
      for (;;)
        pause();
    return check_then_use();
  } else if (strcmp(how, "thread") == 0) {
    pthread_t one, other;
    pthread_create(&other, NULL, idle, NULL);
    pthread_create(&one, NULL, in_thread, &result);
    pthread_join(one, NULL);
    return result;
  } else if (strcmp(how, "exec") == 0) {
    char *again[] = {argv[0], "plain", argv[2], argv[3], NULL};
    execv(argv[0], again);
    return 1;
  }
  return 2;
}
