#include "wire/ropbuf.h"

#include <string.h>

#include "wire/lzxpress.h"

#define HEADER 8          /* bytes of an RPC_HEADER_EXT */
#define OBFUSCATION 0xa5u /* [MS-OXCRPC] 3.1.4.1.1.3 */
#define FLAGS \
  (SAT_ROPBUF_COMPRESSED | SAT_ROPBUF_XOR_MAGIC | SAT_ROPBUF_LAST)

static void obfuscate(uint8_t *p, size_t n) {
  for (size_t i = 0; i < n; i++) p[i] ^= OBFUSCATION;
}

/*
** Wrapping
*/
static void put_payload(struct sat_buf *out, const struct sat_ropbuf *p) {
  sat_buf_u16(out, p->rops.n < SAT_ROPBUF_MAX ? p->rops.n + 2
                                              : SAT_ROPBUF_MAX + 1);
  sat_buf_put(out, p->rops.p, p->rops.n);
  for (uint32_t i = 0; i < p->handle_count; i++)
    sat_buf_u32(out, p->handles[i]);
}

static void put_header(struct sat_buf *out, unsigned flags, size_t size,
                       size_t actual) {
  sat_buf_u16(out, 0); /* Version */
  sat_buf_u16(out, flags);
  sat_buf_int(out, size, 2);
  sat_buf_int(out, actual, 2);
}

/* Compresses 'plain' into 'packed'; false if that gains nothing. */
static bool compress(struct sat_buf *packed, const struct sat_buf *plain) {
  sat_lzxpress_encode(packed, plain->p, plain->n);
  return !packed->failed && packed->n < plain->n;
}

static void wrap_payload(struct sat_buf *out, const struct sat_ropbuf *p,
                         unsigned flags) {
  struct sat_buf plain = {.limit = SAT_ROPBUF_MAX}, packed = {0};
  const struct sat_buf *data = &plain;
  size_t at;
  put_payload(&plain, p);
  if ((flags & SAT_ROPBUF_COMPRESSED) && !plain.failed) {
    if (compress(&packed, &plain)) data = &packed;
    else flags &= ~(unsigned)SAT_ROPBUF_COMPRESSED;
  }
  put_header(out, flags, data->n, plain.n);
  at = out->n;
  sat_buf_put(out, data->p, data->n);
  if (plain.failed) out->failed = true;
  if ((flags & SAT_ROPBUF_XOR_MAGIC) && !out->failed)
    obfuscate(out->p + at, data->n);
  sat_buf_free(&plain);
  sat_buf_free(&packed);
}

int sat_ropbuf_wrap(struct sat_buf *out, const struct sat_ropbuf *payloads,
                    uint32_t n, unsigned flags) {
  flags &= SAT_ROPBUF_COMPRESSED | SAT_ROPBUF_XOR_MAGIC;
  if (n == 0) out->failed = true;
  for (uint32_t i = 0; i < n && !out->failed; i++)
    wrap_payload(out, &payloads[i],
                 i + 1 < n ? flags : flags | SAT_ROPBUF_LAST);
  return out->failed ? -1 : 0;
}

/*
** Unwrapping
*/
struct header {
  uint32_t flags, size, actual;
};

static bool read_header(struct sat_reader *r, struct header *h_r) {
  uint32_t version = sat_reader_u16(r);
  h_r->flags = sat_reader_u16(r);
  h_r->size = sat_reader_u16(r);
  h_r->actual = sat_reader_u16(r);
  if (!sat_reader_ok(r)) return false;
  if (version != 0)
    sat_reader_fail(r, "version %u of the header is unknown", version);
  else if ((h_r->flags & ~(uint32_t)FLAGS) != 0)
    sat_reader_fail(r, "flags 0x%04x of the header are unknown", h_r->flags);
  else if (!(h_r->flags & SAT_ROPBUF_COMPRESSED) && h_r->size != h_r->actual)
    sat_reader_fail(r, "size %u differs from %u without compression",
                    h_r->size, h_r->actual);
  return sat_reader_ok(r);
}

/* the number of payloads up to the last; 0 with the error set */
static uint32_t count_payloads(struct sat_reader *r) {
  struct sat_reader ahead = *r;
  struct header h = {0};
  uint32_t n = 0;
  while (!(h.flags & SAT_ROPBUF_LAST)) {
    if (!read_header(&ahead, &h)) return 0;
    if (sat_reader_take(&ahead, h.size) == NULL) return 0;
    n++;
  }
  if (sat_reader_left(&ahead) == 0) return n;
  sat_reader_fail(&ahead, "%zu bytes follow the last payload",
                  sat_reader_left(&ahead));
  return 0;
}

/* the bytes of the payload as they were before it was wrapped */
static struct sat_bytes read_data(struct sat_reader *r,
                                  const struct header *h) {
  struct sat_bytes data = sat_reader_bytes(r, h->size);
  struct sat_reader packed;
  uint8_t *plain;
  if (h->flags & SAT_ROPBUF_XOR_MAGIC) {
    plain = sat_reader_alloc(r, data.n);
    if (plain == NULL) return data;
    if (data.n > 0) memcpy(plain, data.p, data.n);
    obfuscate(plain, data.n);
    data.p = plain;
  }
  if (!(h->flags & SAT_ROPBUF_COMPRESSED)) return data;
  plain = sat_reader_alloc(r, h->actual);
  if (plain == NULL) return data;
  sat_reader_init(&packed, data.p, data.n, r->arena, r->err);
  sat_reader_push(&packed, "compressed", -1);
  sat_lzxpress_decode(&packed, plain, h->actual);
  data.p = plain;
  data.n = h->actual;
  return data;
}

static void read_handles(struct sat_reader *r, struct sat_ropbuf *b) {
  size_t left = sat_reader_left(r);
  uint32_t *handles;
  if (left % 4 != 0) {
    sat_reader_fail(r, "handle table of %zu bytes", left);
    return;
  }
  handles = sat_reader_array(r, left / 4, sizeof *handles, 4);
  if (handles == NULL) return;
  b->handle_count = (uint32_t)(left / 4);
  for (uint32_t i = 0; i < b->handle_count; i++)
    handles[i] = sat_reader_u32(r);
  b->handles = handles;
}

static void read_payload(struct sat_reader *r, struct sat_ropbuf *b) {
  uint32_t size = sat_reader_u16(r); /* RopSize counts itself */
  if (sat_reader_ok(r) && size < 2)
    sat_reader_fail(r, "size %u of the ROPs is too small", size);
  b->rops = sat_reader_bytes(r, size < 2 ? 0 : size - 2);
  read_handles(r, b);
}

int sat_ropbuf_unwrap(struct sat_reader *r, struct sat_ropbuf **out_r,
                      uint32_t *n_r) {
  uint32_t n = count_payloads(r);
  struct sat_ropbuf *all = sat_reader_array(r, n, sizeof *all, HEADER);
  if (all == NULL) return -1;
  for (uint32_t i = 0; i < n && sat_reader_ok(r); i++) {
    struct header h = {0};
    struct sat_reader payload;
    struct sat_bytes data;
    read_header(r, &h);
    data = read_data(r, &h);
    sat_reader_init(&payload, data.p, data.n, r->arena, r->err);
    sat_reader_push(&payload, "payload", i);
    read_payload(&payload, &all[i]);
  }
  *out_r = all;
  *n_r = n;
  return sat_reader_ok(r) ? 0 : -1;
}
