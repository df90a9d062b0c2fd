#include "base/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void sat_reader_init(struct sat_reader *r, const void *p, size_t n,
                     struct sat_arena *arena, struct sat_error *err) {
  static const uint8_t nothing[1] = {0};
  memset(r, 0, sizeof *r);
  r->start = r->p = p != NULL ? p : nothing;
  r->end = r->p + n;
  r->arena = arena;
  r->err = err;
  r->max_depth = SAT_READER_DEPTH;
}

bool sat_reader_ok(const struct sat_reader *r) {
  return r->err->kind == SAT_OK;
}

size_t sat_reader_left(const struct sat_reader *r) {
  return sat_reader_ok(r) ? (size_t)(r->end - r->p) : 0;
}

static void format_path(const struct sat_reader *r, char *out, size_t cap) {
  unsigned n = r->path_n < SAT_READER_PATH ? r->path_n : SAT_READER_PATH;
  size_t at = 0;
  out[0] = '\0';
  for (unsigned i = 0; i < n && at < cap - 1; i++) {
    const char *dot = i > 0 ? "." : "";
    int k = r->path[i].index < 0
                ? snprintf(out + at, cap - at, "%s%s", dot, r->path[i].name)
                : snprintf(out + at, cap - at, "%s%s[%lld]", dot,
                           r->path[i].name, (long long)r->path[i].index);
    if (k < 0) return;
    at += (size_t)k;
  }
}

int sat_reader_fail(struct sat_reader *r, const char *fmt, ...) {
  char path[160], what[160];
  va_list args;
  if (!sat_reader_ok(r)) return -1;
  va_start(args, fmt);
  vsnprintf(what, sizeof what, fmt, args);
  va_end(args);
  format_path(r, path, sizeof path);
  return sat_error_set(r->err, SAT_E_PROTOCOL, "%s%s@ 0x%zx: %s", path,
                       path[0] ? " " : "", (size_t)(r->p - r->start), what);
}

const uint8_t *sat_reader_take(struct sat_reader *r, size_t n) {
  const uint8_t *p = r->p;
  if (!sat_reader_ok(r)) return NULL;
  if ((size_t)(r->end - p) < n) {
    sat_reader_fail(r, "truncated");
    return NULL;
  }
  r->p += n;
  return p;
}

uint64_t sat_reader_int(struct sat_reader *r, unsigned width) {
  const uint8_t *p = sat_reader_take(r, width);
  uint64_t v = 0;
  while (p != NULL && width-- > 0) v = v << 8 | p[width];
  return v;
}

uint32_t sat_reader_u8(struct sat_reader *r) {
  return (uint32_t)sat_reader_int(r, 1);
}
uint32_t sat_reader_u16(struct sat_reader *r) {
  return (uint32_t)sat_reader_int(r, 2);
}
uint32_t sat_reader_u32(struct sat_reader *r) {
  return (uint32_t)sat_reader_int(r, 4);
}
uint64_t sat_reader_u64(struct sat_reader *r) { return sat_reader_int(r, 8); }

struct sat_bytes sat_reader_bytes(struct sat_reader *r, size_t n) {
  struct sat_bytes b = {NULL, 0};
  if (n > UINT32_MAX) {
    sat_reader_fail(r, "%zu bytes are too many", n);
    return b;
  }
  b.p = sat_reader_take(r, n);
  if (b.p != NULL) b.n = (uint32_t)n;
  return b;
}

struct sat_bytes sat_reader_zstr(struct sat_reader *r) {
  size_t left = sat_reader_left(r);
  const uint8_t *zero = left > 0 ? memchr(r->p, 0, left) : NULL;
  struct sat_bytes b = {NULL, 0};
  if (zero == NULL) {
    sat_reader_fail(r, "unterminated string");
    return b;
  }
  b = sat_reader_bytes(r, (size_t)(zero - r->p));
  sat_reader_take(r, 1);
  return b;
}

struct sat_bytes sat_reader_zstr16(struct sat_reader *r) {
  size_t left = sat_reader_left(r), n = 0;
  struct sat_bytes b = {NULL, 0};
  while (left - n >= 2 && (r->p[n] != 0 || r->p[n + 1] != 0)) n += 2;
  if (left - n < 2) {
    sat_reader_fail(r, "unterminated string");
    return b;
  }
  b = sat_reader_bytes(r, n);
  sat_reader_take(r, 2);
  return b;
}

void *sat_reader_alloc(struct sat_reader *r, size_t size) {
  void *p;
  if (!sat_reader_ok(r)) return NULL;
  p = r->arena != NULL ? sat_arena_alloc(r->arena, size) : NULL;
  if (p == NULL) sat_error_set(r->err, SAT_E_MEMORY, "not enough memory");
  return p;
}

void *sat_reader_array(struct sat_reader *r, size_t n, size_t size,
                       size_t least) {
  if (n != 0 && least != 0 && n > sat_reader_left(r) / least) {
    sat_reader_fail(r, "count %zu is beyond the end", n);
    return NULL;
  }
  if (size != 0 && n > SIZE_MAX / size) {
    sat_reader_fail(r, "count %zu is too large", n);
    return NULL;
  }
  return sat_reader_alloc(r, n * size);
}

const uint8_t *sat_reader_enter(struct sat_reader *r, size_t n) {
  const uint8_t *old = r->end;
  if (!sat_reader_ok(r)) return NULL;
  if ((size_t)(r->end - r->p) < n) {
    sat_reader_fail(r, "size %zu is beyond the end", n);
    return NULL;
  }
  r->end = r->p + n;
  return old;
}

void sat_reader_leave(struct sat_reader *r, const uint8_t *old_end) {
  if (old_end == NULL) return;
  if (sat_reader_ok(r)) r->p = r->end;
  r->end = old_end;
}

bool sat_reader_down(struct sat_reader *r) {
  if (r->depth >= r->max_depth) sat_reader_fail(r, "nested too deeply");
  r->depth++;
  return sat_reader_ok(r);
}

void sat_reader_up(struct sat_reader *r) { r->depth--; }

void sat_reader_push(struct sat_reader *r, const char *name, int64_t index) {
  if (r->path_n < SAT_READER_PATH) {
    r->path[r->path_n].name = name;
    r->path[r->path_n].index = index;
  }
  r->path_n++;
}

void sat_reader_pop(struct sat_reader *r) { r->path_n--; }
