/*
 * The textbook race in programs that do not want to be followed, or are hard to follow.
 *
 *   hostile-victim HOW UID FILE
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

static int wait_for(pid_t child)
{
  int status;

  if (child < 0)
    return 3;
  if (waitpid(child, &status, __WALL) != child)
    return 4;
  return status != 0;
}

static char *self;

static void *exec_in_thread(void *user_text)
{
  char *again[] = {self, "plain", user_text, (char *) path, NULL};
  execv(self, again);
  _exit(5);
}

static void *ask(void *unused)
{
  access("/", R_OK);
  return unused;
}

static void *ask_for_ever(void *unused)
{
  for (;;) {
    access("/", R_OK);
    if (unused != NULL && fork() == 0)
      _exit(0);
  }
  return unused;
}

static int storm(void)
{
  for (int i = 0; i < 150; i++) {
    pid_t child = vfork();
    if (child == 0) {
      execl("/bin/true", "true", (char *) NULL);
      _exit(6);
    }
    if (wait_for(child) != 0)
      return 7;
  }
  return check_then_use();
}

static int many_threads(void)
{
  static pthread_t thread[2000];
  pthread_attr_t small;

  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 65536);
  for (int i = 0; i < 2000; i++)
    if (pthread_create(&thread[i], &small, ask, NULL) != 0)
      return 8;
  for (int i = 0; i < 2000; i++)
    pthread_join(thread[i], NULL);
  return check_then_use();
}

static int exit_races(void)
{
  for (int i = 0; i < 20; i++) {
    pid_t child = fork();
    if (child == 0) {
      pthread_t thread;
      for (int k = 0; k < 6; k++)
        pthread_create(&thread, NULL, ask_for_ever, k % 3 == 0 ? &thread : NULL);
      for (int k = 0; k < i; k++)
        access("/", R_OK);
      _exit(0);
    }
    wait_for(child);
  }
  return check_then_use();
}

static int filter(uint32_t open_answer)
{
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, open_answer),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {4, code};

  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0;
}

/* What the first process of the world has open is open to root in there. */
static int look_into_processes(void)
{
  DIR *processes = opendir("/proc");
  struct dirent *process;
  char name[512], target[512];
  int strange = 0;

  while (processes != NULL && (process = readdir(processes)) != NULL) {
    if (process->d_name[0] < '0' || process->d_name[0] > '9' || atoi(process->d_name) == getpid())
      continue;
    snprintf(name, sizeof name, "/proc/%s/fd", process->d_name);
    DIR *open_files = opendir(name);
    struct dirent *file;
    while (open_files != NULL && (file = readdir(open_files)) != NULL) {
      if (file->d_name[0] == '.')
        continue;
      snprintf(name, sizeof name, "/proc/%s/fd/%s", process->d_name, file->d_name);
      ssize_t length = readlink(name, target, sizeof target - 1);
      if (length > 0) {
        target[length] = '\0';
        printf("process %s has %s open\n", process->d_name, target);
        strange = 1;
      }
    }
    if (open_files != NULL)
      closedir(open_files);
  }
  fflush(stdout);
  return strange ? 9 : check_then_use();
}

/* The old way out of a changed root directory. */
static int break_out(const char *proof)
{
  mkdir("/arena/cell", 0700);
  if (chroot("/arena/cell") != 0)
    return 10;
  for (int i = 0; i < 64; i++)
    if (chdir("..") != 0)
      return 11;
  if (chroot(".") != 0)
    return 12;
  close(open(proof, O_CREAT | O_WRONLY, 0600));
  return check_then_use();
}

static int dig(void)
{
  char name[101];

  memset(name, 'd', 100);
  name[100] = '\0';
  if (chdir("/arena") != 0)
    return 13;
  for (int i = 0; i < 600; i++)
    if (mkdir(name, 0777) != 0 || chmod(name, 0777) != 0 || chdir(name) != 0)
      return 14;
  close(open("bottom", O_CREAT | O_WRONLY, 0600));
  chmod("bottom", 0644);
  return check_then_use();
}

static int bad_pointers(void)
{
  char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  munmap(page + 4096, 4096);
  memset(page, 'x', 4096);
  syscall(SYS_openat, AT_FDCWD, NULL, O_RDONLY, 0);
  syscall(SYS_openat, AT_FDCWD, (char *) 1, O_RDONLY, 0);
  syscall(SYS_openat, AT_FDCWD, (char *) -1L, O_RDONLY, 0);
  syscall(SYS_openat, AT_FDCWD, page + 4000, O_RDONLY, 0);
  syscall(SYS_rename, path, (char *) 4096);
  syscall(SYS_rename, page + 4095, path);
  syscall(SYS_openat2, AT_FDCWD, path, (char *) 8, 24);
  syscall(SYS_mount, NULL, NULL, NULL, 0, NULL);
  strcpy(page + 4096 - strlen(path) - 1, path);
  path = page + 4096 - strlen(path) - 1;
  return check_then_use();
}

static int flood(int fd)
{
  static char block[1 << 20];

  memset(block, 'f', sizeof block);
  for (long written = 0; written < 64L << 30;) {
    ssize_t got = write(fd, block, sizeof block);
    if (got <= 0)
      return errno == ENOSPC || errno == EFBIG ? 0 : 15;
    written += got;
  }
  return 16;
}

static int many_files(void)
{
  char name[64];

  for (long i = 0; i < 100000000; i++) {
    snprintf(name, sizeof name, "/arena/f%ld", i);
    int fd = open(name, O_CREAT | O_WRONLY, 0600);
    if (fd < 0)
      return errno == ENOSPC ? 0 : 17;
    close(fd);
  }
  return 18;
}

/* Opens a file by the i386 call of that name. */
static int by_int80(void)
{
#ifdef __x86_64__
  static const char name[] = "/etc/passwd";
  char *low = mmap((void *) 0x10000000, 4096, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  long answer;

  memcpy(low, name, sizeof name);
  __asm__ volatile("int $0x80" : "=a"(answer) : "a"(5L), "b"(low), "c"(0L), "d"(0L) : "memory");
#endif
  return 0;
}

/* The same by the number that x32 programs use. */
static int by_x32(void)
{
#ifdef __x86_64__
  syscall(0x40000000 | SYS_open, "/etc/passwd", O_RDONLY);
#endif
  return 0;
}

static int clone3_untraced(void)
{
  struct clone_args how;

  memset(&how, 0, sizeof how);
  how.flags = CLONE_UNTRACED;
  how.exit_signal = SIGCHLD;
  pid_t child = (pid_t) syscall(SYS_clone3, &how, sizeof how);
  if (child < 0 && errno == ENOSYS)
    child = fork();
  if (child == 0)
    _exit(check_then_use());
  return wait_for(child);
}

static int other_mounts(void)
{
  if (unshare(CLONE_NEWNS) != 0)
    return 19;
  mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
  if (mount("/arena", "/mnt", NULL, MS_BIND, NULL) != 0)
    return 20;
  path = "/mnt/report";
  return check_then_use();
}

static int other_user_namespace(void)
{
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID) != 0)
    return 21;
  pid_t child = fork();
  if (child == 0)
    _exit(0);
  return wait_for(child) || check_then_use();
}

int main(int argc, char *argv[])
{
  const char *how;
  pthread_t thread;
  pid_t child;

  if (argc < 4)
    return 2;
  self = argv[0];
  how = argv[1];
  user = (uid_t) atol(argv[2]);
  path = argv[3];

  if (strcmp(how, "plain") == 0)
    return check_then_use();
  if (strcmp(how, "vfork-storm") == 0)
    return storm();
  if (strcmp(how, "clone-parent") == 0) {
    child = (pid_t) syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
    if (child == 0)
      _exit(check_then_use());
    return child < 0;
  }
  if (strcmp(how, "clone-untraced") == 0) {
    child = (pid_t) syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0);
    if (child == 0)
      _exit(check_then_use());
    return wait_for(child);
  }
  if (strcmp(how, "clone3-untraced") == 0)
    return clone3_untraced();
  if (strcmp(how, "traceme") == 0) {
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGTRAP == 0 ? 0 : SIGCONT);
    return check_then_use();
  }
  if (strcmp(how, "stop") == 0) {
    raise(SIGSTOP);
    return check_then_use();
  }
  if (strcmp(how, "stop-and-continue") == 0) {
    child = fork();
    if (child == 0) {
      raise(SIGSTOP);
      _exit(check_then_use());
    }
    int status;
    waitpid(child, &status, WUNTRACED);
    kill(child, SIGCONT);
    return wait_for(child);
  }
  if (strcmp(how, "kill-group") == 0) {
    check_then_use();
    kill(0, SIGKILL);
  }
  if (strcmp(how, "kill-everybody") == 0) {
    check_then_use();
    kill(-1, SIGKILL);
    return 0;
  }
  if (strcmp(how, "terminate-group") == 0) {
    check_then_use();
    signal(SIGTERM, SIG_IGN);
    kill(0, SIGTERM);
    return 0;
  }
  if (strcmp(how, "kill-init") == 0) {
    kill(1, SIGKILL);
    kill(1, SIGSTOP);
    return check_then_use();
  }
  if (strcmp(how, "kill-parent") == 0) {
    check_then_use();
    kill(getppid(), SIGKILL);
    return 0;
  }
  if (strcmp(how, "exec-in-thread") == 0) {
    pthread_create(&thread, NULL, exec_in_thread, argv[2]);
    for (;;)
      pause();
  }
  if (strcmp(how, "exec-after-leader") == 0) {
    pthread_create(&thread, NULL, exec_in_thread, argv[2]);
    pthread_exit(NULL);
  }
  if (strcmp(how, "many-threads") == 0)
    return many_threads();
  if (strcmp(how, "exit-races") == 0)
    return exit_races();
  if (strcmp(how, "own-filter") == 0)
    return filter(SECCOMP_RET_ALLOW) || check_then_use();
  if (strcmp(how, "refusing-filter") == 0)
    return filter(SECCOMP_RET_ERRNO | EACCES) || check_then_use();
  if (strcmp(how, "look-around") == 0)
    return look_into_processes();
  if (strcmp(how, "unmount") == 0) {
    umount2("/dev/shm", MNT_DETACH);
    umount2("/sys", MNT_DETACH);
    umount2("/proc/sys", MNT_DETACH);
    umount2("/proc", MNT_DETACH);
    umount2("/dev", MNT_DETACH);
    return check_then_use();
  }
  if (strcmp(how, "chroot") == 0) {
    path = "/report";
    return chroot("/arena") || check_then_use();
  }
  if (strcmp(how, "break-out") == 0)
    return break_out(argv[4]);
  if (strcmp(how, "other-mounts") == 0)
    return other_mounts();
  if (strcmp(how, "other-user-namespace") == 0)
    return other_user_namespace();
  if (strcmp(how, "deep") == 0)
    return dig();
  if (strcmp(how, "bad-pointers") == 0)
    return bad_pointers();
  if (strcmp(how, "output-flood") == 0)
    return flood(1);
  if (strcmp(how, "disk-flood") == 0)
    return flood(open("/arena/big", O_CREAT | O_WRONLY, 0600));
  if (strcmp(how, "shm-flood") == 0)
    return flood(open("/dev/shm/big", O_CREAT | O_WRONLY, 0600));
  if (strcmp(how, "dev-flood") == 0)
    return flood(open("/dev/big", O_CREAT | O_WRONLY, 0600));
  if (strcmp(how, "many-files") == 0)
    return many_files();
  if (strcmp(how, "int80") == 0)
    return by_int80();
  if (strcmp(how, "x32") == 0)
    return by_x32();
  if (strcmp(how, "no-output-left") == 0) {
    check_then_use();
    unlink("/.holdfast-output");
    mkfifo("/.holdfast-output", 0600);
    return 0;
  }
  if (strcmp(how, "remove-devices") == 0) {
    check_then_use();
    return unlink("/dev/null");
  }
  return 2;
}
