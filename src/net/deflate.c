#include "net/deflate.h"

#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>

#define RAW_BITS (-15) /* no header, no checksum (RFC 1951) */
#define MEMORY 8
#define ROOM 65536

struct sat_deflate {
  z_stream out, in;
  bool has_out, has_in, ended;
};

struct sat_deflate *sat_deflate_new(void) {
  struct sat_deflate *d = calloc(1, sizeof *d);
  if (d == NULL) return NULL;
  d->has_out = deflateInit2(&d->out, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                            RAW_BITS, MEMORY, Z_DEFAULT_STRATEGY) == Z_OK;
  d->has_in = inflateInit2(&d->in, RAW_BITS) == Z_OK;
  if (!d->has_out || !d->has_in) sat_deflate_free(&d);
  return d;
}

void sat_deflate_free(struct sat_deflate **dp) {
  struct sat_deflate *d = *dp;
  *dp = NULL;
  if (d == NULL) return;
  if (d->has_out) deflateEnd(&d->out);
  if (d->has_in) inflateEnd(&d->in);
  free(d);
}

static unsigned at_most(size_t n, size_t bound) {
  return (unsigned)(n < bound ? n : bound);
}

/* one run of deflate over what fits in an unsigned */
static int put_some(z_stream *z, int flush, struct sat_window *out) {
  do {
    unsigned room = ROOM / 16;
    uint8_t *p = sat_window_room(out, room);
    if (p == NULL) return -1;
    z->next_out = p;
    z->avail_out = room;
    deflate(z, flush);
    sat_window_added(out, room - z->avail_out);
  } while (z->avail_out == 0);
  return 0;
}

int sat_deflate_put(struct sat_deflate *d, const void *p, size_t n,
                    struct sat_window *out) {
  const uint8_t *at = p;
  while (n > 0) {
    unsigned part = at_most(n, (size_t)1 << 30);
    d->out.next_in = (Bytef *)(uintptr_t)at;
    d->out.avail_in = part;
    at += part;
    n -= part;
    if (put_some(&d->out, n > 0 ? Z_NO_FLUSH : Z_SYNC_FLUSH, out) < 0)
      return -1;
  }
  return 0;
}

/* one run of inflate; what it took leaves 'in' */
static long take_some(struct sat_deflate *d, struct sat_window *in,
                      struct sat_window *out) {
  size_t n = sat_window_left(in);
  uint8_t *p = sat_window_room(out, ROOM);
  int result;
  if (p == NULL) return -2;
  d->in.next_in = (Bytef *)(uintptr_t)sat_window_first(in);
  d->in.avail_in = at_most(n, (size_t)1 << 30);
  n = d->in.avail_in;
  d->in.next_out = p;
  d->in.avail_out = ROOM;
  result = inflate(&d->in, Z_SYNC_FLUSH);
  sat_window_skip(in, n - d->in.avail_in);
  sat_window_added(out, ROOM - d->in.avail_out);
  d->ended = result == Z_STREAM_END;
  if (result == Z_MEM_ERROR) return -2;
  if (result != Z_OK && result != Z_BUF_ERROR && !d->ended) return -1;
  return (long)(ROOM - d->in.avail_out);
}

long sat_deflate_take(struct sat_deflate *d, struct sat_window *in,
                      struct sat_window *out, size_t most) {
  long got = 0, n;
  do {
    if (d->ended) return sat_window_left(in) > 0 ? -1 : got;
    n = take_some(d, in, out);
    if (n < 0) return n;
    got += n;
  } while ((size_t)got < most && (n == ROOM || sat_window_left(in) > 0));
  return got;
}
