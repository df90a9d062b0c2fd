/*
** All checks are made of what was opened (fstat, openat), not of a name that
** may be another's the next moment.
*/
#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE /* flock */
#include "format/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static enum sat_error_kind kind_of(int code) {
  switch (code) {
    case ENOENT:
    case ENOTDIR: return SAT_E_NOT_FOUND;
    case ENOSPC:
    case EDQUOT: return SAT_E_QUOTA;
    case EEXIST: return SAT_E_EXISTS;
    case EWOULDBLOCK: return SAT_E_CONFLICT;
    default: return SAT_E_DENIED;
  }
}

static int fail(struct sat_error *err, const char *what, const char *path) {
  int code = errno;
  if (code == ELOOP)
    return sat_error_set(err, SAT_E_DENIED, "cannot %s '%s': it is a link",
                         what, path);
  return sat_error_set(err, kind_of(code), "cannot %s '%s': %s", what, path,
                       strerror(code));
}

/* -1 unless what is open is ours and the mode bits 'never' are unset */
static int check(int fd, mode_t type, mode_t never, const char *path,
                 struct sat_error *err) {
  struct stat s;
  if (fstat(fd, &s) < 0) return fail(err, "look at", path);
  if ((s.st_mode & S_IFMT) != type)
    return sat_error_set(err, SAT_E_DENIED, "'%s' is no %s", path,
                         type == S_IFDIR ? "folder" : "file");
  if (s.st_uid != geteuid() && !(type == S_IFDIR && s.st_uid == 0))
    return sat_error_set(err, SAT_E_DENIED, "'%s' belongs to another user",
                         path);
  if ((s.st_mode & never) != 0 &&
      !(type == S_IFDIR && (s.st_mode & S_ISVTX) != 0))
    return sat_error_set(err, SAT_E_DENIED,
                         "'%s' is open to other users (mode %04o)", path,
                         (unsigned)s.st_mode & 07777);
  return 0;
}

static int open_again(int at, const char *name, int flags, mode_t mode) {
  int fd;
  do {
    fd = openat(at, name, flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

/* the folder of 'path' in text of the caller's to free; NULL without memory */
static char *folder_of(const char *path, const char **name_r) {
  const char *slash = strrchr(path, '/');
  size_t n = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);
  char *folder = malloc(n + 1);
  *name_r = slash == NULL ? path : slash + 1;
  if (folder == NULL) return NULL;
  memcpy(folder, slash == NULL ? "." : path, n);
  folder[n] = '\0';
  return folder;
}

/* its folder, open and safe, or -1; name_r is the path's last component */
static int open_folder(const char *path, const char **name_r,
                       struct sat_error *err) {
  char *folder = folder_of(path, name_r);
  int fd = -1;
  if (folder == NULL)
    return sat_error_set(err, SAT_E_MEMORY, "not enough memory");
  if (mkdir(folder, 0700) < 0 && errno != EEXIST)
    fail(err, "make the folder", folder);
  else if ((fd = open_again(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY, 0)) < 0)
    fail(err, "open the folder", folder);
  else if (check(fd, S_IFDIR, S_IWGRP | S_IWOTH, folder, err) < 0) {
    close(fd);
    fd = -1;
  }
  free(folder);
  return fd;
}

static int put_all(int fd, const char *p, size_t n) {
  while (n > 0) {
    ssize_t done = write(fd, p, n);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return -1;
    p += done;
    n -= (size_t)done;
  }
  return 0;
}

/* a new file beside the one it will replace; its name in 'name' */
static int create_beside(int folder, const char *of, char *name, size_t size) {
  for (unsigned i = 0; i < 100; i++) {
    int fd;
    snprintf(name, size, ".%.200s.%ld.%u", of, (long)getpid(), i);
    fd = open_again(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
                    0600);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
  return -1;
}

int sat_private_write(const char *path, const void *p, size_t n,
                      struct sat_error *err) {
  const char *name;
  char part[240];
  int folder = open_folder(path, &name, err), fd;
  bool written;
  if (folder < 0) return -1;
  fd = create_beside(folder, name, part, sizeof part);
  if (fd < 0) {
    fail(err, "create", path);
    close(folder);
    return -1;
  }
  written = fchmod(fd, 0600) == 0 && put_all(fd, p, n) == 0 && fsync(fd) == 0;
  if (!written) fail(err, "write", path);
  close(fd);
  if (written && renameat(folder, part, folder, name) < 0) {
    fail(err, "replace", path);
    written = false;
  }
  if (!written) unlinkat(folder, part, 0);
  if (written) fsync(folder); /* that the name lasts is wished, not promised */
  close(folder);
  return written ? 0 : -1;
}

static int read_all(int fd, const char *path, struct sat_buf *out,
                    struct sat_error *err) {
  char piece[4096];
  size_t total = 0;
  for (;;) {
    ssize_t n = read(fd, piece, sizeof piece);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(err, "read", path);
    if (n == 0) return 0;
    total += (size_t)n;
    if (total > SAT_PRIVATE_MOST)
      return sat_error_set(err, SAT_E_LIMIT, "'%s' is too large", path);
    sat_buf_put(out, piece, (size_t)n);
  }
}

int sat_private_read(const char *path, struct sat_buf *out,
                     struct sat_error *err) {
  int fd = open_again(AT_FDCWD, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
  int done = -1;
  if (fd < 0) return fail(err, "open", path);
  if (check(fd, S_IFREG, S_IRWXG | S_IRWXO, path, err) == 0)
    done = read_all(fd, path, out, err);
  close(fd);
  return done;
}

int sat_private_lock(const char *path, struct sat_error *err) {
  const char *name;
  int folder = open_folder(path, &name, err), fd;
  if (folder < 0) return -1;
  fd = open_again(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
  if (fd < 0) {
    fail(err, "open", path);
  } else if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
    fail(err, "lock", path);
    close(fd);
    fd = -1;
  }
  close(folder);
  return fd;
}
