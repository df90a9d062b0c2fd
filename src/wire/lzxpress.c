#include "wire/lzxpress.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW 8192u     /* 13 bits of distance */
#define LEAST 3u         /* shortest match */
#define MOST 65535u      /* longest: what the 16-bit form can say */
#define HASH_BITS 12
#define NO_MATCH UINT32_MAX

/*
** Decoding
*/
struct decoder {
  struct sat_reader *r;
  uint8_t *out;
  size_t at, n;
  uint32_t flags;       /* the bits not yet used, from the top */
  unsigned flags_left;
  bool half;            /* 'nibble' is a length that was read already */
  uint32_t nibble;
};

static bool next_flag(struct decoder *d) {
  bool set;
  if (d->flags_left == 0) {
    d->flags = sat_reader_u32(d->r);
    d->flags_left = 32;
  }
  set = d->flags >> 31 != 0;
  d->flags <<= 1;
  d->flags_left--;
  return set;
}

/* Lengths of 10 and more share a byte: the first has its low half, the
** second its high half. */
static uint32_t next_nibble(struct decoder *d) {
  uint32_t b;
  if (d->half) {
    d->half = false;
    return d->nibble;
  }
  b = sat_reader_u8(d->r);
  d->half = true;
  d->nibble = b >> 4;
  return b & 15;
}

/* [MS-XCA] 2.4.4: 3 bits, a nibble, a byte, 16 or 32 bits */
static uint64_t match_length(struct decoder *d, uint32_t low) {
  uint64_t length = low;
  if (low < 7) return length + LEAST;
  length = next_nibble(d);
  if (length < 15) return length + 7 + LEAST;
  length = sat_reader_u8(d->r);
  if (length < 255) return length + 15 + 7 + LEAST;
  length = sat_reader_u16(d->r);
  if (length == 0) length = sat_reader_u32(d->r);
  if (sat_reader_ok(d->r) && length < 15 + 7)
    sat_reader_fail(d->r, "match length %u has too long a form",
                    (unsigned)length);
  return length + LEAST;
}

static void copy_match(struct decoder *d) {
  uint32_t v = sat_reader_u16(d->r);
  size_t distance = (v >> 3) + 1;
  uint64_t length = match_length(d, v & 7);
  if (!sat_reader_ok(d->r)) return;
  if (distance > d->at) {
    sat_reader_fail(d->r, "match begins before the data");
  } else if (length > d->n - d->at) {
    sat_reader_fail(d->r, "more data than announced");
  } else {
    uint8_t *to = d->out + d->at;
    for (uint64_t i = 0; i < length; i++, to++) *to = *(to - distance);
    d->at += (size_t)length;
  }
}

/* An encoder that fills its last word of flags exactly may have begun the
** next, which then is all that is left. */
static int finish(struct decoder *d) {
  size_t left = sat_reader_left(d->r);
  if (left == 4 && d->flags_left == 0) sat_reader_u32(d->r);
  else if (left > 0) sat_reader_fail(d->r, "%zu bytes are left over", left);
  return sat_reader_ok(d->r) ? 0 : -1;
}

int sat_lzxpress_decode(struct sat_reader *r, uint8_t *out, size_t n) {
  struct decoder d = {.r = r, .out = out, .n = n};
  while (d.at < n && sat_reader_ok(r)) {
    if (next_flag(&d)) copy_match(&d);
    else out[d.at++] = (uint8_t)sat_reader_u8(r);
  }
  return finish(&d);
}

/*
** Encoding: the most recent places of each hash of three bytes are chained
** through 'before', of which the last WINDOW are kept.
*/
struct encoder {
  struct sat_buf *out;
  const uint8_t *p;
  size_t n, at;
  size_t flags_at;      /* where the current word of flags stands */
  uint32_t flags;
  unsigned flags_used;
  size_t half_at;       /* where a free high nibble stands; 0: nowhere */
  uint32_t last[1 << HASH_BITS];
  uint32_t before[WINDOW];
};

#define CHAIN 32 /* places tried for each match */

static unsigned hash_at(const uint8_t *p) {
  uint32_t v = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
  return v * 2654435761u >> (32 - HASH_BITS);
}

static void remember(struct encoder *e, size_t at) {
  unsigned h;
  if (e->n - at < LEAST) return;
  h = hash_at(e->p + at);
  e->before[at % WINDOW] = e->last[h];
  e->last[h] = (uint32_t)at;
}

static size_t common(const struct encoder *e, size_t from) {
  size_t most = e->n - e->at, n = 0;
  if (most > MOST) most = MOST;
  while (n < most && e->p[from + n] == e->p[e->at + n]) n++;
  return n;
}

static size_t find_match(const struct encoder *e, size_t *from_r) {
  size_t best = 0;
  uint32_t from;
  if (e->n - e->at < LEAST) return 0;
  from = e->last[hash_at(e->p + e->at)];
  for (int i = 0; i < CHAIN && from != NO_MATCH; i++) {
    size_t n;
    if (e->at - from > WINDOW) break;
    n = common(e, from);
    if (n > best) {
      best = n;
      *from_r = from;
    }
    from = e->before[from % WINDOW];
  }
  return best >= LEAST ? best : 0;
}

static void put_flags(struct encoder *e) {
  sat_buf_patch(e->out, e->flags_at, e->flags, 4);
  e->flags_at = e->out->n;
  e->flags = 0;
  e->flags_used = 0;
}

static void put_flag(struct encoder *e, unsigned flag) {
  if (e->flags_used == 32) put_flags(e);
  if (e->flags_used == 0) sat_buf_u32(e->out, 0);
  e->flags |= (uint32_t)flag << (31 - e->flags_used++);
}

static void put_nibble(struct encoder *e, uint32_t v) {
  if (e->half_at != 0) {
    if (!e->out->failed) e->out->p[e->half_at] |= (uint8_t)(v << 4);
    e->half_at = 0;
    return;
  }
  e->half_at = e->out->n;
  sat_buf_u8(e->out, v);
}

static void put_match(struct encoder *e, size_t distance, size_t length) {
  uint32_t v = (uint32_t)(length - LEAST);
  sat_buf_u16(e->out, (uint32_t)(distance - 1) << 3 | (v < 7 ? v : 7));
  if (v < 7) return;
  put_nibble(e, v - 7 < 15 ? v - 7 : 15);
  if (v < 7 + 15) return;
  sat_buf_u8(e->out, v - 22 < 255 ? v - 22 : 255);
  if (v - 22 >= 255) sat_buf_u16(e->out, v);
}

static void put_next(struct encoder *e) {
  size_t from = 0, n = find_match(e, &from);
  put_flag(e, n > 0);
  if (n > 0) {
    put_match(e, e->at - from, n);
  } else {
    sat_buf_u8(e->out, e->p[e->at]);
    n = 1;
  }
  for (; n > 0; n--) remember(e, e->at++);
}

void sat_lzxpress_encode(struct sat_buf *out, const void *p, size_t n) {
  struct encoder *e = n < NO_MATCH ? calloc(1, sizeof *e) : NULL;
  if (e == NULL) {
    out->failed = true;
    return;
  }
  e->out = out;
  e->p = p;
  e->n = n;
  e->flags_at = out->n;
  memset(e->last, 0xff, sizeof e->last);
  while (e->at < n && !out->failed) put_next(e);
  if (e->flags_used > 0) {
    /* bits that stand for nothing are ones ([MS-XCA] 2.3.4) */
    if (e->flags_used < 32) e->flags |= UINT32_MAX >> e->flags_used;
    put_flags(e);
  }
  free(e);
}
