/* A victim by script, and whoever attacks it by trying everything.

     gated CALL...           makes the calls in the working directory, one after the other
     gated --brute[-sticky] PAIRS CALL...
                             does that again and again in a private /srv, each time with one strike of
                             an attacker before one of the calls, for good or taken back before a later
                             call; then PAIRS times with two strikes by chance. Prints what gained
                             something: the call, the strike, what was gained

   The attacker is 65534, owns the working directory /srv/arena (or it is like /tmp), and may do there
   what the kernel lets it. What it must not get at is in /srv/vault. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ATTACKER 65534

static char buffer[64];
static ssize_t held;
static struct stat last; /* what was read */
static char target[256];/* what a link said: @ in names */
static char listed[32][128];
static int names; /* how many a listing had */
static int sticky;

static int order(const void *one, const void *other) { return strcmp(one, other); }

/* A name with what the last link said in it. */
static void name(const char *text, char *made) {
  const char *at = strchr(text, '@');
  if (at == NULL)
    snprintf(made, 512, "%s", text);
  else
    snprintf(made, 512, "%.*s%s%s", (int)(at - text), text, target, at + 1);
}

/* Whether the script goes on. */
static int call(const char *text) {
  char word[3][160] = {"", "", ""};
  sscanf(text, "%159s %159s %159s", word[0], word[1], word[2]);
  char a[512], b[512];
  name(word[1], a);
  name(word[2], b);
  struct stat st;
  int fd;
#define IS(name) (strcmp(word[0], name) == 0)
  if (IS("absent")) return lstat(a, &st) != 0;
  if (IS("regular")) return lstat(a, &st) == 0 && S_ISREG(st.st_mode);
  if (IS("follows")) return stat(a, &st) == 0 && S_ISREG(st.st_mode);
  if (IS("mine")) return lstat(a, &st) == 0 && st.st_uid == 0;
  if (IS("same")) return lstat(a, &st) == 0 && st.st_dev == last.st_dev && st.st_ino == last.st_ino;
  if (IS("readable")) return access(a, R_OK) == 0;
  if (IS("write") || IS("exclusive") || IS("nofollow") || IS("append")) {
    int flags = IS("exclusive") ? O_CREAT | O_EXCL : IS("nofollow") ? O_CREAT | O_NOFOLLOW
                : IS("append")  ? O_APPEND : O_CREAT | O_TRUNC;
    fd = open(a, O_WRONLY | O_NONBLOCK | flags, 0600);
    if (fd < 0) return 0;
    int good = write(fd, "data", 4) == 4;
    close(fd);
    return good;
  }
  if (IS("read") || IS("readown")) {
    fd = open(a, O_RDONLY | O_NONBLOCK | (IS("readown") ? O_NOFOLLOW : 0));
    if (fd < 0) return 0;
    held = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, buffer, sizeof buffer) : -1;
    last = st;
    close(fd);
    return held >= 0;
  }
  if (IS("put")) {
    fd = open(a, O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (fd < 0) return 0;
    int good = held < 0 || write(fd, buffer, (size_t)held) == held;
    close(fd);
    return good;
  }
  if (IS("fchmod")) {
    fd = open(a, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0) return 0;
    int good = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && fchmod(fd, 0644) == 0;
    close(fd);
    return good;
  }
  if (IS("chmod")) return chmod(a, 0666) == 0;
  if (IS("chown")) return chown(a, ATTACKER, ATTACKER) == 0;
  if (IS("lchown")) return lchown(a, ATTACKER, ATTACKER) == 0;
  if (IS("unlink")) return unlink(a) == 0;
  if (IS("rmdir")) return rmdir(a) == 0;
  if (IS("mkdir")) return mkdir(a, 0755) == 0 || errno == EEXIST;
  if (IS("mkdironly")) return mkdir(a, 0755) == 0;
  if (IS("rename")) return rename(a, b) == 0;
  if (IS("link")) return link(a, b) == 0;
  if (IS("chdir")) return chdir(a) == 0;
  if (IS("resolve")) {
    ssize_t n = readlink(a, target, sizeof target - 1);
    target[n < 0 ? 0 : n] = 0;
    return n > 0;
  }
  if (IS("list")) {
    DIR *dir = opendir(a);
    names = 0;
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL && names < 32;) {
      if (entry->d_name[0] != '.') snprintf(listed[names++], sizeof listed[0], "%s/%s", a, entry->d_name);
    }
    if (dir != NULL) closedir(dir);
    qsort(listed, (size_t)names, sizeof listed[0], order);
    return dir != NULL;
  }
  if (IS("each")) {
    for (int i = 0; i < names; i++) {
      char again[256];
      snprintf(again, sizeof again, "%s %s", word[1], listed[i]);
      call(again);
    }
    return 1;
  }
  fprintf(stderr, "no call %s\n", text);
  exit(64);
}

static void text(const char *path, const char *what, mode_t mode, uid_t owner) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (fd < 0 || write(fd, what, strlen(what)) < 0 || fchown(fd, owner, owner) || fchmod(fd, mode)) {
    perror(path);
    exit(65);
  }
  close(fd);
}

static void directory(const char *path, uid_t owner) {
  if (mkdir(path, 0755) || chown(path, owner, owner)) {
    perror(path);
    exit(65);
  }
}

static void scene(void) {
  umount2("/srv", MNT_DETACH);
  if (mount("none", "/srv", "tmpfs", 0, "mode=755")) {
    perror("tmpfs");
    exit(65);
  }
  directory("/srv/arena", sticky ? 0 : ATTACKER);
  if (sticky && chmod("/srv/arena", 01777)) exit(65);
  text("/srv/arena/a", "his\n", 0644, ATTACKER);
  text("/srv/arena/b", "root's\n", 0644, 0);
  directory("/srv/arena/d", ATTACKER);
  text("/srv/arena/d/x", "inner\n", 0644, ATTACKER);
  directory("/srv/arena/e", 0);
  text("/srv/arena/e/x", "deep\n", 0644, 0);
  if (symlink("b", "/srv/arena/l") || lchown("/srv/arena/l", ATTACKER, ATTACKER)) exit(65);
  if (symlink("e", "/srv/arena/g") || lchown("/srv/arena/g", ATTACKER, ATTACKER)) exit(65);
  directory("/srv/vault", 0);
  text("/srv/vault/secret", "SECRET\n", 0600, 0);
  text("/srv/vault/file", "vault\n", 0644, 0);
  directory("/srv/vault/dir", 0);
  text("/srv/vault/dir/x", "vault x\n", 0640, 0);
  text("/srv/vault/dir/a", "vault a\n", 0644, 0);
  text("/srv/vault/dir/b", "SECRET b\n", 0600, 0);
  directory("/srv/vault/empty", 0);
}

static const char *NAMES[] = {"a", "b", "d", "d/x", "t", "d/t", "e", "e/x", "e/t", "m", "m/x", "l", "g"};
static const char *STRIKES[] = {"/srv/vault/secret", "/srv/vault/file", "/srv/vault/dir",
                                "/srv/vault/new", "/srv/vault/empty", "hardlink", "own", "owndir", "gone"};

/* As the attacker; what was there is moved away first, however deep it is. */
static void strike(const char *name, const char *how, int nth) {
  char path[64], away[64], made[64];
  snprintf(path, sizeof path, "/srv/arena/%s", name);
  snprintf(away, sizeof away, "/srv/arena/.away-%d", nth);
  snprintf(made, sizeof made, "/srv/arena/.made-%d", nth);
  if (strcmp(how, "back") == 0) {
    if (rename(path, made) && errno != ENOENT) _exit(1);
    if (rename(away, path) && errno != ENOENT) _exit(1);
    return;
  }
  if (rename(path, away) && errno != ENOENT) _exit(1);
  if (how[0] == '/') {
    if (symlink(how, path)) _exit(1);
  } else if (strcmp(how, "hardlink") == 0) {
    if (link("/srv/vault/file", path)) _exit(1);
  } else if (strcmp(how, "own") == 0) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (fd < 0 || write(fd, "own\n", 4) != 4) _exit(1);
  } else if (strcmp(how, "owndir") == 0) {
    if (mkdir(path, 0777)) _exit(1);
  }
}

static int is(const char *path, const char *what, mode_t mode) {
  struct stat st;
  char got[64] = "";
  int fd = open(path, O_RDONLY | O_NOFOLLOW);
  ssize_t n = fd < 0 ? -1 : read(fd, got, sizeof got - 1);
  int same = fd >= 0 && fstat(fd, &st) == 0 && n == (ssize_t)strlen(what) && strcmp(got, what) == 0
             && st.st_mode == (S_IFREG | mode) && st.st_uid == 0;
  if (fd >= 0) close(fd);
  return same;
}

static int entries(const char *path) {
  int n = 0;
  struct stat st;
  DIR *dir = opendir(path);
  while (dir != NULL && readdir(dir) != NULL) n++;
  if (dir != NULL) closedir(dir);
  return lstat(path, &st) == 0 && st.st_mode == (S_IFDIR | 0755) && st.st_uid == 0 ? n - 2 : -1;
}

/* Whether a file below a directory can be read by the attacker and has a secret in it. */
static int leaks(const char *path) {
  DIR *dir = opendir(path);
  int found = 0;
  for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
    char name[512], got[64] = "";
    struct stat st;
    if (entry->d_name[0] == '.') continue;
    snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
    if (lstat(name, &st)) continue;
    if (S_ISDIR(st.st_mode)) found |= leaks(name);
    if (!S_ISREG(st.st_mode) || !(st.st_uid == ATTACKER ? st.st_mode & 0400 : st.st_mode & 04)) continue;
    int fd = open(name, O_RDONLY | O_NOFOLLOW);
    if (fd >= 0 && read(fd, got, sizeof got - 1) > 0) found |= strstr(got, "SECRET") != NULL;
    if (fd >= 0) close(fd);
  }
  if (dir != NULL) closedir(dir);
  return found;
}

static const char *gained(void) {
  if (entries("/srv/vault") != 4 || entries("/srv/vault/dir") != 3 || entries("/srv/vault/empty") != 0) return "entries";
  if (!is("/srv/vault/secret", "SECRET\n", 0600) || !is("/srv/vault/dir/b", "SECRET b\n", 0600)) return "secret changed";
  if (!is("/srv/vault/file", "vault\n", 0644) || !is("/srv/vault/dir/x", "vault x\n", 0640)
      || !is("/srv/vault/dir/a", "vault a\n", 0644)) return "file changed";
  return leaks("/srv/arena") ? "leak" : NULL;
}

typedef struct {
  int at;
  const char *name, *how;
  int nth; /* which strike is taken back */
} Move;

static void as_attacker(Move move) {
  pid_t child = fork();
  if (child == 0) {
    if (setgroups(0, NULL) || setgid(ATTACKER) || setuid(ATTACKER)) _exit(2);
    strike(move.name, move.how, move.nth);
    _exit(0);
  }
  waitpid(child, NULL, 0);
}

static const char *trial(int n, char **calls, Move one, Move two) {
  scene();
  pid_t child = fork();
  if (child == 0) {
    if (chdir("/srv/arena")) _exit(65);
    for (int i = 0; i < n; i++) {
      if (i == one.at) as_attacker(one);
      if (i == two.at) as_attacker(two);
      if (!call(calls[i])) break;
    }
    _exit(0);
  }
  waitpid(child, NULL, 0);
  return gained();
}

#define COUNT(array) (sizeof array / sizeof array[0])
static const Move NONE = {-1, "", "", 0};

static void brute(int n, char **calls, int pairs) {
  for (int at = 0; at < n; at++) {
    for (size_t i = 0; i < COUNT(NAMES); i++) {
      for (size_t j = 0; j < COUNT(STRIKES); j++) {
        Move one = {at, NAMES[i], STRIKES[j], 1};
        const char *gain = trial(n, calls, one, NONE);
        if (gain != NULL) printf("%s: %s becomes %s: %s\n", calls[at], NAMES[i], STRIKES[j], gain);
        for (int back = at + 1; gain == NULL && back < n; back++) {
          Move two = {back, NAMES[i], "back", 1};
          const char *then = trial(n, calls, one, two);
          if (then != NULL)
            printf("%s: %s becomes %s, and back at %d %s: %s\n", calls[at], NAMES[i], STRIKES[j], back, calls[back], then);
        }
      }
    }
  }
  for (int i = 0; n > 1 && i < pairs; i++) {
    int first = random() % n, second = random() % n;
    if (first == second) continue;
    Move one = {first < second ? first : second, NAMES[random() % COUNT(NAMES)], STRIKES[random() % COUNT(STRIKES)], 1};
    Move two = {first < second ? second : first, NAMES[random() % COUNT(NAMES)], STRIKES[random() % COUNT(STRIKES)], 2};
    const char *gain = trial(n, calls, one, two);
    if (gain != NULL)
      printf("%d %s: %s becomes %s; %d %s: %s becomes %s: %s\n", one.at, calls[one.at], one.name, one.how, two.at,
             calls[two.at], two.name, two.how, gain);
  }
}

int main(int argc, char **argv) {
  umask(022);
  sticky = argc > 1 && strcmp(argv[1], "--brute-sticky") == 0;
  if (argc > 2 && (sticky || strcmp(argv[1], "--brute") == 0)) {
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) {
      perror("a private mount namespace");
      return 65;
    }
    if (trial(argc - 3, argv + 3, NONE, NONE) != NULL) {
      printf("undisturbed\n");
      return 0;
    }
    brute(argc - 3, argv + 3, atoi(argv[2]));
    return 0;
  }
  for (int i = 1; i < argc; i++) {
    if (!call(argv[i])) return 1;
  }
  return 0;
}
