#include "format/mime_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int failed(struct sat_spool *s, const char *what) {
  enum sat_error_kind kind = errno == ENOSPC ? SAT_E_QUOTA : SAT_E_DENIED;
  return sat_error_set(&s->err, kind, "temporary file: cannot %s: %s", what,
                       strerror(errno));
}

/* a file that has no name, or loses it at once */
static int open_unnamed(void) {
  const char *folder = getenv("TMPDIR");
  char path[512] = "/tmp";
  if (folder != NULL && *folder == '/' && strlen(folder) < 480)
    memcpy(path, folder, strlen(folder) + 1);
#ifdef O_TMPFILE
  int unnamed = open(path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (unnamed >= 0) return unnamed;
#endif
  strcat(path, "/satchel.XXXXXX");
  int fd = mkostemp(path, O_CLOEXEC);
  if (fd >= 0) unlink(path);
  return fd;
}

static int write_all(struct sat_spool *s, const char *p, size_t n) {
  while (n > 0) {
    ssize_t done = write(s->fd, p, n);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return failed(s, "write");
    p += done;
    n -= (size_t)done;
  }
  return 0;
}

/* what is in memory goes to the file */
static int flush(struct sat_spool *s) {
  if (s->fd == 0) {
    int fd = open_unnamed();
    if (fd < 0) return failed(s, "create");
    s->fd = fd;
  }
  int rc = write_all(s, (char *)s->memory.p, s->memory.n);
  sat_buf_clear(&s->memory);
  return rc;
}

void sat_spool_put(struct sat_spool *s, const void *p, size_t n) {
  if (s->err.kind != SAT_OK || n == 0) return;
  if (s->memory.n + n > SAT_SPOOL_MEMORY) {
    if (flush(s) < 0) return;
    if (n > SAT_SPOOL_MEMORY) {
      if (write_all(s, p, n) == 0) s->size += n;
      return;
    }
  }
  sat_buf_put(&s->memory, p, n);
  if (s->memory.failed)
    sat_error_set(&s->err, SAT_E_MEMORY, "out of memory");
  s->size += n;
}

static int read_file(struct sat_spool *s, size_t at, size_t n,
                     struct sat_buf *out) {
  if (s->memory.n > 0 && flush(s) < 0) return -1;
  uint8_t *room = sat_buf_reserve(out, n);
  if (room == NULL) return -1;
  ssize_t done;
  do {
    done = pread(s->fd, room, n, (off_t)at);
  } while (done < 0 && errno == EINTR);
  if (done < 0) return failed(s, "read");
  sat_buf_added(out, (size_t)done);
  return 0;
}

int sat_spool_read(struct sat_spool *s, size_t at, size_t n,
                   struct sat_buf *out) {
  if (s->err.kind != SAT_OK) return -1;
  if (at >= s->size) return 0;
  if (n > s->size - at) n = s->size - at;
  if (s->fd > 0) return read_file(s, at, n, out);
  sat_buf_put(out, s->memory.p + at, n);
  return out->failed ? -1 : 0;
}

const char *sat_spool_map(struct sat_spool *s) {
  if (s->err.kind != SAT_OK) return NULL;
  if (s->fd == 0) return s->memory.n > 0 ? (char *)s->memory.p : "";
  if (s->map != NULL) return s->map;
  if (s->memory.n > 0 && flush(s) < 0) return NULL;
  void *map = mmap(NULL, s->size, PROT_READ, MAP_PRIVATE, s->fd, 0);
  if (map == MAP_FAILED) {
    failed(s, "map");
    return NULL;
  }
  s->map = map;
  return s->map;
}

void sat_spool_close(struct sat_spool *s) {
  if (s->map != NULL) munmap((void *)(uintptr_t)s->map, s->size);
  if (s->fd > 0) close(s->fd);
  s->map = NULL;
  s->fd = 0;
  sat_buf_free(&s->memory);
}
