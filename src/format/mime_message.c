#include "format/mime_message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE 65536

struct sat_message *sat_message_new(struct sat_charsets *charsets,
                                    struct sat_mime_limits limits) {
  struct sat_message *m = calloc(1, sizeof *m);
  if (m == NULL) return NULL;
  m->refs = 1;
  m->item.charsets = charsets;
  m->item.tree.arena = &m->arena;
  m->item.tree.limits = limits;
  return m;
}

struct sat_message *sat_message_hold(struct sat_message *m) {
  m->refs++;
  return m;
}

/* Lets go of a message; gives what it held if it was the last holder. */
static struct sat_message *let_go(struct sat_message *m) {
  if (m == NULL || --m->refs > 0) return NULL;
  struct sat_message *outer = m->outer;
  sat_arena_reset(&m->arena);
  if (m->map != NULL) munmap(m->map, m->map_n);
  sat_spool_close(&m->spool);
  sat_spool_close(&m->lines);
  free(m);
  return outer;
}

void sat_message_free(struct sat_message **m) {
  struct sat_message *each = *m;
  *m = NULL;
  while (each != NULL) each = let_go(each);
}

/* Lines that end with CR alone: the message is read from a copy. */
static int with_line_ends(struct sat_message *m, const char **p, size_t n) {
  size_t some = n < PIECE ? n : PIECE;
  if (memchr(*p, '\r', some) == NULL || memchr(*p, '\n', n) != NULL) return 0;
  const char *at = *p, *end = *p + n;
  for (char piece[4096]; at < end;) {
    size_t k = 0;
    for (; k < sizeof piece && at < end; at++)
      piece[k++] = *at == '\r' ? '\n' : *at;
    sat_spool_put(&m->lines, piece, k);
  }
  *p = sat_spool_map(&m->lines);
  return *p == NULL ? -1 : 0;
}

int sat_message_read(struct sat_message *m, const char *p, size_t n,
                     struct sat_error *err) {
  if (p == NULL) p = "";
  if (with_line_ends(m, &p, n) < 0) {
    *err = m->lines.err;
    return -1;
  }
  if (m->lines.size > 0) m->item.tree.mapped = m->lines.map != NULL;
  m->bytes = (struct sat_slice){p, n};
  if (sat_mime_item_read(&m->item, p, n) < 0)
    return sat_error_set(err, SAT_E_MEMORY, "message: out of memory");
  return 0;
}

int sat_message_read_fd(struct sat_message *m, int fd, struct sat_error *err) {
  struct stat s;
  if (fstat(fd, &s) < 0 || !S_ISREG(s.st_mode))
    return sat_error_set(err, SAT_E_INVALID, "message: no file to read from");
  if (s.st_size == 0) return sat_message_read(m, "", 0, err);
  void *map = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (map == MAP_FAILED)
    return sat_error_set(err, SAT_E_DENIED, "message: cannot map the file: %s",
                         strerror(errno));
  m->map = map;
  m->map_n = (size_t)s.st_size;
  m->item.tree.mapped = true;
  return sat_message_read(m, map, m->map_n, err);
}

int sat_message_read_path(struct sat_message *m, const char *path,
                          struct sat_error *err) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return sat_error_set(
        err, errno == ENOENT || errno == ENOTDIR ? SAT_E_NOT_FOUND
                                                 : SAT_E_DENIED,
        "cannot read '%s': %s", path, strerror(errno));
  int rc = sat_message_read_fd(m, fd, err);
  close(fd);
  return rc;
}

static void decode(struct sat_spool *to, enum sat_transfer kind,
                   struct sat_slice s) {
  struct sat_transfer_state t = {.kind = kind};
  struct sat_buf out = {0};
  for (size_t piece = PIECE; s.n > 0; s.p += piece, s.n -= piece) {
    if (piece > s.n) piece = s.n;
    sat_transfer_feed(&t, &out, s.p, piece);
    sat_spool_put(to, out.p, out.n);
    sat_buf_clear(&out);
  }
  sat_transfer_finish(&t, &out);
  sat_spool_put(to, out.p, out.n);
  sat_buf_free(&out);
}

int sat_message_read_spool(struct sat_message *m, struct sat_spool *spool,
                           struct sat_error *err) {
  m->spool = *spool;
  *spool = (struct sat_spool){0};
  const char *p = sat_spool_map(&m->spool);
  if (p == NULL) {
    *err = m->spool.err;
    return -1;
  }
  m->item.tree.mapped = m->spool.map != NULL;
  return sat_message_read(m, p, m->spool.size, err);
}

int sat_message_read_part(struct sat_message *m, struct sat_message *outer,
                          const struct sat_mime_attachment *a,
                          struct sat_error *err) {
  enum sat_transfer kind;
  struct sat_slice s = sat_mime_attachment_bytes(a, &kind);
  m->outer = sat_message_hold(outer);
  m->item.tree.mapped = outer->item.tree.mapped;
  if (kind == SAT_TRANSFER_PLAIN) return sat_message_read(m, s.p, s.n, err);
  struct sat_spool spool = {0};
  decode(&spool, kind, s);
  return sat_message_read_spool(m, &spool, err);
}
