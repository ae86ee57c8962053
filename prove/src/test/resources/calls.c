/* Makes the system calls that its arguments name, one after the other, and prints what each gave:
   of a stat all that does not change with time. Slots 0-9 hold descriptors. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static int slots[10] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
static char out[65536];
static size_t used;

static void say(long result, const char *more) {
  int error = result < 0 ? errno : 0;
  used += (size_t)snprintf(out + used, sizeof out - used, "%ld/%d %s\n", result < 0 ? -1 : result,
                           error, more);
}

static void tell(int result, const struct stat *st) {
  char text[100] = "";
  if (result == 0) {
    snprintf(text, sizeof text, "%o %ld %ld %d", st->st_mode,
             S_ISDIR(st->st_mode) ? 0L : (long)st->st_size,
             S_ISDIR(st->st_mode) ? 0L : (long)st->st_nlink, (int)st->st_uid);
  }
  say(result, text);
}

static int flags(const char *text) {
  int all = strchr(text, '+') ? O_RDWR : strchr(text, 'w') ? O_WRONLY : O_RDONLY;
  all |= strchr(text, 'c') ? O_CREAT : 0;
  all |= strchr(text, 'x') ? O_CREAT | O_EXCL : 0;
  all |= strchr(text, 't') ? O_TRUNC : 0;
  all |= strchr(text, 'a') ? O_APPEND : 0;
  all |= strchr(text, 'n') ? O_NOFOLLOW : 0;
  all |= strchr(text, 'd') ? O_DIRECTORY : 0;
  return all;
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *path) {
  DIR *dir = opendir(path);
  if (dir == NULL) {
    say(-1, "");
    return;
  }
  char *names[100];
  int n = 0;
  for (struct dirent *entry; n < 100 && (entry = readdir(dir)) != NULL;) {
    names[n++] = strdup(entry->d_name);
  }
  closedir(dir);
  qsort(names, (size_t)n, sizeof names[0], by_name);
  char text[4000] = "";
  for (int i = 0; i < n; i++) {
    strncat(strncat(text, names[i], 300), " ", 2);
  }
  say(n, text);
}

static void lock(int command, int fd, const char *how) {
  struct flock range = {.l_whence = SEEK_SET, .l_start = how[1] ? how[1] - '0' : 0,
                        .l_len = how[1] ? 1 : 0};
  range.l_type = how[0] == 'u' ? F_UNLCK : how[0] == 's' ? F_RDLCK : F_WRLCK;
  int result = fcntl(fd, command, &range);
  say(result, command == F_GETLK && result == 0 ? (range.l_type == F_UNLCK ? "free" : "held") : "");
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    char word[4][100] = {"", "", "", ""};
    sscanf(argv[i], "%99s %99s %99s %99s", word[0], word[1], word[2], word[3]);
    const char *a = word[1], *b = word[2], *c = word[3];
    int *slot = &slots[a[0] >= '0' && a[0] <= '9' ? a[0] - '0' : 9];
    struct stat st;
    char buffer[200] = "";
    const char *call = word[0];
#define IS(name) (strcmp(call, name) == 0)
    if (IS("open")) say((*slot = open(c, flags(b), 0644)) < 0 ? -1 : 0, "");
    else if (IS("read")) { long n = read(*slot, buffer, 9); say(n, buffer); }
    else if (IS("write")) say(write(*slot, b, strlen(b)), "");
    else if (IS("pwrite")) say(pwrite(*slot, b, strlen(b), atol(c)), "");
    else if (IS("close")) { say(close(*slot), ""); *slot = -1; }
    else if (IS("fstat")) { int r = fstat(*slot, &st); tell(r, &st); }
    else if (IS("map")) {
      char *at = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, *slot, 0);
      int there = at != MAP_FAILED && fstat(*slot, &st) == 0 && st.st_size > 0;
      say(there, there ? strncpy(buffer, at, 9) : "");
    }
    else if (IS("cwd")) { const char *at = getcwd(buffer, sizeof buffer); say(at ? 0 : -1, at ? at : ""); }
    else if (IS("end")) say(lseek(*slot, 0, SEEK_END), "");
    else if (IS("ftruncate")) say(ftruncate(*slot, atol(b)), "");
    else if (IS("fchmod")) say(fchmod(*slot, (mode_t)strtol(b, NULL, 8)), "");
    else if (IS("sendfile")) say(sendfile(*slot, slots[b[0] - '0'], NULL, 5), "");
    else if (IS("copy")) say(copy_file_range(slots[b[0] - '0'], NULL, *slot, NULL, 5, 0), "");
    else if (IS("stat")) { int r = stat(a, &st); tell(r, &st); }
    else if (IS("lstat")) { int r = lstat(a, &st); tell(r, &st); }
    else if (IS("readlink")) { long n = readlink(a, buffer, 99); say(n, buffer); }
    else if (IS("access")) say(access(a, R_OK | W_OK), "");
    else if (IS("unless")) { if (access(a, F_OK) == 0) return 75; }
    else if (IS("chmod")) say(chmod(a, (mode_t)strtol(b, NULL, 8)), "");
    else if (IS("chown")) say(chown(a, (uid_t)atol(b), (gid_t)-1), "");
    else if (IS("unlink")) say(unlink(a), "");
    else if (IS("mkdir")) say(mkdir(a, 0755), "");
    else if (IS("rmdir")) say(rmdir(a), "");
    else if (IS("rename")) say(rename(a, b), "");
    else if (IS("noreplace")) say(renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_NOREPLACE), "");
    else if (IS("exchange")) say(renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE), "");
    else if (IS("link")) say(link(a, b), "");
    else if (IS("symlink")) say(symlink(a, b), "");
    else if (IS("truncate")) say(truncate(a, atol(b)), "");
    else if (IS("list")) list(a);
    else if (IS("chdir")) say(chdir(a), "");
    else if (IS("fifo")) say(mkfifo(a, 0644), "");
    else if (IS("setxattr")) say(setxattr(a, "user.x", b, strlen(b), 0), "");
    else if (IS("getxattr")) { long n = getxattr(a, "user.x", buffer, 99); say(n, buffer); }
    else if (IS("flock"))
      say(flock(*slot, (b[0] == 'u' ? LOCK_UN : b[0] == 's' ? LOCK_SH : LOCK_EX) | LOCK_NB), "");
    else if (IS("posix")) lock(F_SETLK, *slot, b);
    else if (IS("ofd")) lock(F_OFD_SETLK, *slot, b);
    else if (IS("getlk")) lock(F_GETLK, *slot, b);
    else { fprintf(stderr, "no call %s\n", call); return 64; }
  }
  return write(1, out, used) == (ssize_t)used ? 0 : 1;
}
