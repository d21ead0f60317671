/*
 * A layer between a program and its files, for LD_PRELOAD. Of the folder in LAYER_FOLDER it keeps in LAYER_DISK what a disk
 * would hold if the power failed now: of each file what it was at its last fsync, and the names that the folder had at its own. With
 * LAYER_CUT_AT=n the process is killed before its n-th change of a file or name in the folder.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

static const char *folder, *disk;
static long cut_at;
static atomic_long changes;

static int is_inside(const char *path) {
  size_t length = folder ? strlen(folder) : 0;
  return length > 0 && strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static int is_ours(int fd) {
  char link[32], path[PATH_MAX];
  if (!folder) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  return is_inside(path);
}

static void change(int ours) {
  if (ours && atomic_fetch_add(&changes, 1) + 1 == cut_at) kill(getpid(), SIGKILL);
}

/* A file by its inode and its birth, for numbers are used again. */
static int identity(int fd, char *id, size_t size) {
  struct statx found;
  if (statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &found) != 0) return -1;
  snprintf(id, size, "%llu.%lld.%u", (unsigned long long)found.stx_ino, (long long)found.stx_btime.tv_sec,
           found.stx_btime.tv_nsec);
  return 0;
}

static void put(int out, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t done = REAL(write)(out, bytes, count);
    if (done <= 0) abort();
    bytes += done;
    count -= done;
  }
}

static int begin(char *draft) {
  snprintf(draft, PATH_MAX, "%s/draft.%d", disk, gettid());
  int out = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out < 0) abort();
  return out;
}

/* In one step, since the process may be killed at any moment. */
static void finish(int out, const char *draft, const char *name) {
  char path[PATH_MAX];
  close(out);
  snprintf(path, sizeof path, "%s/%s", disk, name);
  if (REAL(rename)(draft, path) != 0) abort();
}

/* Opens nothing: closing another descriptor of a file would drop the locks that SQLite has on it. */
static void keep_content(int fd) {
  char draft[PATH_MAX], id[64], bytes[65536];
  if (identity(fd, id, sizeof id) != 0) abort();
  int out = begin(draft);
  off_t at = 0;
  for (;;) {
    ssize_t count = pread(fd, bytes, sizeof bytes, at);
    if (count < 0) abort();
    if (count == 0) break;
    put(out, bytes, count);
    at += count;
  }
  finish(out, draft, id);
}

static void keep_names(void) {
  char draft[PATH_MAX], line[PATH_MAX], id[64];
  int out = begin(draft);
  DIR *listing = opendir(folder);
  if (!listing) abort();
  for (struct dirent *entry; (entry = readdir(listing));) {
    int fd = openat(dirfd(listing), entry->d_name, O_PATH | O_CLOEXEC);
    if (entry->d_type != DT_REG || fd < 0 || identity(fd, id, sizeof id) != 0) {
      if (fd >= 0) close(fd);
      continue;
    }
    close(fd);
    put(out, line, snprintf(line, sizeof line, "%s %s\n", id, entry->d_name));
  }
  closedir(listing);
  finish(out, draft, "names");
}

static void keep(int fd) {
  struct stat found;
  if (!disk || fstat(fd, &found) != 0) return;
  if (S_ISDIR(found.st_mode)) keep_names();
  else keep_content(fd);
}

/* What is there when the first process begins is on the disk. */
__attribute__((constructor)) static void start(void) {
  char names[PATH_MAX], path[PATH_MAX];
  folder = getenv("LAYER_FOLDER");
  disk = getenv("LAYER_DISK");
  cut_at = getenv("LAYER_CUT_AT") ? atol(getenv("LAYER_CUT_AT")) : 0;
  if (!folder || !disk) return;
  snprintf(names, sizeof names, "%s/names", disk);
  DIR *listing = access(names, F_OK) == 0 ? NULL : opendir(folder);
  if (!listing) return;
  for (struct dirent *entry; (entry = readdir(listing));) {
    if (entry->d_type != DT_REG) continue;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) abort();
    keep_content(fd);
    close(fd);
  }
  closedir(listing);
  keep_names();
}

/* How many changes there were, for who wants to cut at each. */
__attribute__((destructor)) static void end(void) {
  char draft[PATH_MAX], line[32];
  if (!folder || !disk) return;
  int out = begin(draft);
  put(out, line, snprintf(line, sizeof line, "%ld", atomic_load(&changes)));
  finish(out, draft, "changes");
}

#define CHANGING(type, name, parameters, arguments)                                                                    \
  type name parameters {                                                                                               \
    change(is_ours(fd));                                                                                               \
    return REAL(name) arguments;                                                                                       \
  }
CHANGING(ssize_t, write, (int fd, const void *bytes, size_t count), (fd, bytes, count))
CHANGING(ssize_t, pwrite, (int fd, const void *bytes, size_t count, off_t at), (fd, bytes, count, at))
CHANGING(ssize_t, pwrite64, (int fd, const void *bytes, size_t count, off64_t at), (fd, bytes, count, at))
CHANGING(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
CHANGING(ssize_t, pwritev, (int fd, const struct iovec *parts, int count, off_t at), (fd, parts, count, at))
CHANGING(ssize_t, pwritev64, (int fd, const struct iovec *parts, int count, off64_t at), (fd, parts, count, at))
CHANGING(int, ftruncate, (int fd, off_t length), (fd, length))
CHANGING(int, ftruncate64, (int fd, off64_t length), (fd, length))

#define SYNCING(name)                                                                                                  \
  int name(int fd) {                                                                                                   \
    int ours = is_ours(fd);                                                                                            \
    change(ours);                                                                                                      \
    int result = REAL(name)(fd);                                                                                       \
    if (ours && result == 0) keep(fd);                                                                                 \
    return result;                                                                                                     \
  }
SYNCING(fsync)
SYNCING(fdatasync)

int rename(const char *from, const char *to) {
  change(is_inside(to));
  return REAL(rename)(from, to);
}
int link(const char *from, const char *to) {
  change(is_inside(to));
  return REAL(link)(from, to);
}
int unlink(const char *path) {
  change(is_inside(path));
  return REAL(unlink)(path);
}
