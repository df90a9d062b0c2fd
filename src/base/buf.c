#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

static bool grow(struct sat_buf *b, size_t n) {
  size_t need, cap = b->cap ? b->cap : 256;
  uint8_t *p;
  if (n > SIZE_MAX / 4 - b->n) return false;
  need = b->n + n;
  if (b->limit && need > b->limit) return false;
  while (cap < need) cap *= 2;
  p = realloc(b->p, cap);
  if (p == NULL) return false;
  b->p = p;
  b->cap = cap;
  return true;
}

uint8_t *sat_buf_reserve(struct sat_buf *b, size_t n) {
  if (b->failed) return NULL;
  if (b->p == NULL || b->cap - b->n < n || (b->limit && b->n + n > b->limit))
    b->failed = !grow(b, n);
  return b->failed ? NULL : b->p + b->n;
}

void sat_buf_added(struct sat_buf *b, size_t n) { b->n += n; }

void sat_buf_put(struct sat_buf *b, const void *p, size_t n) {
  uint8_t *room = sat_buf_reserve(b, n);
  if (room == NULL) return;
  if (n > 0) memcpy(room, p, n);
  b->n += n;
}

static void store(uint8_t *p, uint64_t v, unsigned width) {
  for (unsigned i = 0; i < width; i++, v >>= 8) p[i] = (uint8_t)(v & 0xff);
}

void sat_buf_int(struct sat_buf *b, uint64_t v, unsigned width) {
  uint8_t bytes[8];
  if (width < 8 && v >> (8 * width) != 0) b->failed = true;
  store(bytes, v, width);
  sat_buf_put(b, bytes, width);
}

void sat_buf_u8(struct sat_buf *b, uint32_t v) { sat_buf_int(b, v, 1); }
void sat_buf_u16(struct sat_buf *b, uint32_t v) { sat_buf_int(b, v, 2); }
void sat_buf_u32(struct sat_buf *b, uint32_t v) { sat_buf_int(b, v, 4); }
void sat_buf_u64(struct sat_buf *b, uint64_t v) { sat_buf_int(b, v, 8); }

void sat_buf_str(struct sat_buf *b, const char *s) {
  sat_buf_put(b, s, strlen(s));
}

void sat_buf_patch(struct sat_buf *b, size_t at, uint64_t v, unsigned width) {
  if (width < 8 && v >> (8 * width) != 0) b->failed = true;
  if (b->failed || at > b->n || b->n - at < width) {
    b->failed = true;
    return;
  }
  store(b->p + at, v, width);
}

void sat_buf_consume(struct sat_buf *b, size_t n) {
  if (n > b->n) n = b->n;
  b->n -= n;
  if (n > 0 && b->n > 0) memmove(b->p, b->p + n, b->n);
}

void sat_buf_clear(struct sat_buf *b) {
  b->n = 0;
  b->failed = false;
}

void sat_buf_free(struct sat_buf *b) {
  free(b->p);
  b->p = NULL;
  b->n = b->cap = 0;
  b->failed = false;
}
