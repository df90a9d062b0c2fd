/*
** By the flags of POSIX open: O_EXCL and O_NOFOLLOW decide, nothing is asked
** before.
*/
#define _POSIX_C_SOURCE 200809L
#include "format/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static enum sat_error_kind kind_of(int code) {
  switch (code) {
    case EEXIST:
    case ELOOP: return SAT_E_EXISTS;
    case ENOENT:
    case ENOTDIR: return SAT_E_NOT_FOUND;
    case ENOSPC:
    case EDQUOT: return SAT_E_QUOTA;
    default: return SAT_E_DENIED;
  }
}

int sat_file_create(const char *path, struct sat_error *err) {
  int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  int fd;
  do {
    fd = open(path, flags, 0666);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) {
    int code = errno;
    sat_error_set(err, kind_of(code), "cannot create '%s': %s", path,
                  strerror(code));
  }
  return fd;
}

bool sat_file_exists(const char *path) {
  struct stat s;
  return lstat(path, &s) == 0;
}
