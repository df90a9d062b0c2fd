/*
** The kinds that are text and bytes.  Text with a zero byte in it cannot be
** written; bytes point into what they were decoded from.
*/
#include <string.h>

#include "base/text.h"
#include "wire/kinds.h"

static struct sat_bytes of_text(const char *s) {
  struct sat_bytes b = {(const uint8_t *)s, (uint32_t)strlen(s)};
  return b;
}

/* UTF-16LE as zero-terminated UTF-8 in the arena; "" after a failure */
static const char *utf8_of(struct sat_reader *r, struct sat_bytes s) {
  char *out;
  if (!sat_reader_ok(r)) return "";
  out = sat_reader_alloc(r, sat_text_utf8_size(s.p, s.n) + 1);
  if (out == NULL) return "";
  out[sat_text_copy_utf16(out, s.p, s.n)] = '\0';
  return out;
}

static void put_wide(struct sat_buf *b, const char *s) {
  if (!sat_text_to_utf16(b, s, strlen(s))) b->failed = true;
  sat_buf_u16(b, 0);
}

static const char *random_text(struct sat_arena *a, uint64_t *seed) {
  static const char *const words[] = {"", "a", "Invoice 2026", "server.test",
                                      "/o=Org/cn=anna"};
  const char *s = words[sat_random(seed) % 5];
  return sat_arena_copy(a, s, strlen(s));
}

static struct sat_bytes random_bytes(struct sat_arena *a, uint64_t *seed,
                                     uint32_t n) {
  uint8_t *p = sat_arena_alloc(a, n);
  struct sat_bytes b = {p, p != NULL ? n : 0};
  for (uint32_t i = 0; i < b.n; i++) p[i] = (uint8_t)sat_random(seed);
  return b;
}

void sat_decode_astr(struct sat_reader *r, void *v_r,
                     const struct sat_wire_ctx *ctx) {
  struct sat_bytes s = sat_reader_zstr(r);
  (void)ctx;
  /* the input has the zero byte: what was read is a C string */
  *(const char **)v_r = s.p != NULL ? (const char *)s.p : "";
}

void sat_encode_astr(struct sat_buf *b, const void *v,
                     const struct sat_wire_ctx *ctx) {
  const char *s = *(const char *const *)v;
  (void)ctx;
  sat_buf_put(b, s, strlen(s) + 1);
}

void sat_print_astr(struct sat_buf *b, const void *v) {
  sat_text_print(b, of_text(*(const char *const *)v), false);
}

void sat_random_astr(struct sat_arena *a, uint64_t *seed, void *v_r,
                     const struct sat_wire_ctx *ctx) {
  (void)ctx;
  *(const char **)v_r = random_text(a, seed);
}

void sat_decode_wstr(struct sat_reader *r, void *v_r,
                     const struct sat_wire_ctx *ctx) {
  (void)ctx;
  *(const char **)v_r = utf8_of(r, sat_reader_zstr16(r));
}

void sat_encode_wstr(struct sat_buf *b, const void *v,
                     const struct sat_wire_ctx *ctx) {
  (void)ctx;
  put_wide(b, *(const char *const *)v);
}

void sat_print_wstr(struct sat_buf *b, const void *v) { sat_print_astr(b, v); }

void sat_random_wstr(struct sat_arena *a, uint64_t *seed, void *v_r,
                     const struct sat_wire_ctx *ctx) {
  sat_random_astr(a, seed, v_r, ctx);
}

void sat_decode_maybe_astr(struct sat_reader *r, void *v_r,
                           const struct sat_wire_ctx *ctx) {
  if (sat_reader_left(r) > 0) sat_decode_astr(r, v_r, ctx);
}

void sat_encode_maybe_astr(struct sat_buf *b, const void *v,
                           const struct sat_wire_ctx *ctx) {
  if (*(const char *const *)v != NULL) sat_encode_astr(b, v, ctx);
}

void sat_print_maybe_astr(struct sat_buf *b, const void *v) {
  if (*(const char *const *)v == NULL)
    sat_buf_str(b, "none");
  else
    sat_print_astr(b, v);
}

void sat_random_maybe_astr(struct sat_arena *a, uint64_t *seed, void *v_r,
                           const struct sat_wire_ctx *ctx) {
  if (sat_random(seed) % 2 == 0) sat_random_astr(a, seed, v_r, ctx);
}

/* [MS-OXCDATA] 2.11.7: each byte stands for the character of its number */
static const char *reduced_of(struct sat_reader *r, struct sat_bytes s) {
  struct sat_buf wide = {0};
  const char *text;
  for (uint32_t i = 0; i < s.n; i++) sat_buf_u16(&wide, s.p[i]);
  if (wide.failed) sat_error_set(r->err, SAT_E_MEMORY, "not enough memory");
  text = utf8_of(r, (struct sat_bytes){wide.p, (uint32_t)wide.n});
  sat_buf_free(&wide);
  return text;
}

static void put_reduced(struct sat_buf *b, const char *s) {
  size_t n = strlen(s), used;
  for (uint32_t c; n > 0; s += used, n -= used) {
    used = sat_text_next(s, n, &c);
    if (used == 0) {
      b->failed = true;
      return;
    }
    sat_buf_u8(b, c); /* fails beyond 0xff */
  }
  sat_buf_u8(b, 0);
}

void sat_decode_typed_string(struct sat_reader *r, void *v_r,
                             const struct sat_wire_ctx *ctx) {
  struct sat_typed_string *s = v_r;
  s->type = sat_reader_u8(r);
  switch (s->type) {
    case SAT_STRING_NONE: break;
    case SAT_STRING_EMPTY: s->text = ""; break;
    case SAT_STRING_8BIT: sat_decode_astr(r, &s->text, ctx); break;
    case SAT_STRING_REDUCED: s->text = reduced_of(r, sat_reader_zstr(r)); break;
    case SAT_STRING_UNICODE: sat_decode_wstr(r, &s->text, ctx); break;
    default: sat_reader_fail(r, "no string has type %u", (unsigned)s->type);
  }
}

void sat_encode_typed_string(struct sat_buf *b, const void *v,
                             const struct sat_wire_ctx *ctx) {
  const struct sat_typed_string *s = v;
  sat_buf_u8(b, s->type);
  switch (s->type) {
    case SAT_STRING_8BIT: sat_encode_astr(b, &s->text, ctx); break;
    case SAT_STRING_REDUCED: put_reduced(b, s->text); break;
    case SAT_STRING_UNICODE: put_wide(b, s->text); break;
    default: break;
  }
}

void sat_print_typed_string(struct sat_buf *b, const void *v) {
  sat_print_maybe_astr(b, &((const struct sat_typed_string *)v)->text);
}

void sat_random_typed_string(struct sat_arena *a, uint64_t *seed, void *v_r,
                             const struct sat_wire_ctx *ctx) {
  struct sat_typed_string *s = v_r;
  (void)ctx;
  s->type = sat_random(seed) % 5;
  if (s->type == SAT_STRING_EMPTY) s->text = "";
  if (s->type > SAT_STRING_EMPTY) s->text = random_text(a, seed);
}

/* bytes whose number is said by 'size' */
#define BYTES(name, size, width, some)                                      \
  void sat_decode_##name(struct sat_reader *r, void *v_r,                   \
                         const struct sat_wire_ctx *ctx) {                  \
    (void)ctx;                                                              \
    *(struct sat_bytes *)v_r = sat_reader_bytes(r, size);                   \
  }                                                                         \
  void sat_encode_##name(struct sat_buf *b, const void *v,                  \
                         const struct sat_wire_ctx *ctx) {                  \
    const struct sat_bytes *bytes = v;                                      \
    (void)ctx;                                                              \
    if (width > 0) sat_buf_int(b, bytes->n, width);                         \
    sat_buf_put(b, bytes->p, bytes->n);                                     \
  }                                                                         \
  void sat_print_##name(struct sat_buf *b, const void *v) {                 \
    sat_bytes_print(b, *(const struct sat_bytes *)v);                       \
  }                                                                         \
  void sat_random_##name(struct sat_arena *a, uint64_t *seed, void *v_r,    \
                         const struct sat_wire_ctx *ctx) {                  \
    (void)ctx;                                                              \
    *(struct sat_bytes *)v_r = random_bytes(a, seed, some);                 \
  }

// clang-format off
BYTES(bin16, sat_reader_u16(r), 2, sat_random(seed) % 9)
BYTES(bin32, sat_reader_u32(r), 4, sat_random(seed) % 9)
BYTES(rest, sat_reader_left(r), 0, sat_random(seed) % 9)
BYTES(raw6, 6, 0, 6)
BYTES(raw24, 24, 0, 24)
// clang-format on

/* [MS-OXCDATA] 2.6.1: NameSize counts the bytes of the name with its zero */
static const char *read_name(struct sat_reader *r) {
  const uint8_t *old = sat_reader_enter(r, sat_reader_u8(r));
  const char *name = utf8_of(r, sat_reader_zstr16(r));
  if (sat_reader_left(r) > 0) sat_reader_fail(r, "bytes after the name");
  sat_reader_leave(r, old);
  return name;
}

/* What is no name may have a GUID of zeros or none at all: QUIRKS 16.  What
** else may follow is a kind and a property set's GUID, or another response. */
static bool lacks_guid(const struct sat_reader *r) {
  static const uint8_t zeros[16];
  size_t n = sat_reader_left(r);
  return n == 0 || memcmp(r->p, zeros, n < 16 ? n : 16) != 0;
}

void sat_decode_property_name(struct sat_reader *r, void *v_r,
                              const struct sat_wire_ctx *ctx) {
  struct sat_property_name *n = v_r;
  n->kind = sat_reader_u8(r);
  if (n->kind == SAT_NAME_NONE && lacks_guid(r)) return;
  sat_decode_guid(r, &n->guid, ctx);
  switch (n->kind) {
    case SAT_NAME_ID: n->lid = sat_reader_u32(r); break;
    case SAT_NAME_STRING: n->name = read_name(r); break;
    case SAT_NAME_NONE: break;
    default: sat_reader_fail(r, "no name has kind %u", (unsigned)n->kind);
  }
}

void sat_encode_property_name(struct sat_buf *b, const void *v,
                              const struct sat_wire_ctx *ctx) {
  const struct sat_property_name *n = v;
  static const struct sat_guid zeros;
  sat_buf_u8(b, n->kind);
  sat_encode_guid(b, n->kind != SAT_NAME_NONE ? &n->guid : &zeros, ctx);
  if (n->kind == SAT_NAME_ID) sat_buf_u32(b, n->lid);
  if (n->kind == SAT_NAME_STRING) {
    sat_buf_u8(b, (uint32_t)sat_text_utf16_size(n->name, strlen(n->name)) + 2);
    put_wide(b, n->name);
  }
}

void sat_print_property_name(struct sat_buf *b, const void *v) {
  const struct sat_property_name *n = v;
  sat_print_guid(b, &n->guid);
  sat_buf_str(b, ":");
  if (n->kind == SAT_NAME_ID) sat_print_code(b, &n->lid);
  if (n->kind == SAT_NAME_STRING) sat_print_astr(b, &n->name);
}

void sat_random_property_name(struct sat_arena *a, uint64_t *seed, void *v_r,
                              const struct sat_wire_ctx *ctx) {
  static const uint32_t kinds[] = {SAT_NAME_ID, SAT_NAME_STRING};
  struct sat_property_name *n = v_r;
  n->kind = kinds[sat_random(seed) % 2];
  sat_random_guid(a, seed, &n->guid, ctx);
  if (n->kind == SAT_NAME_ID) n->lid = sat_random(seed);
  if (n->kind == SAT_NAME_STRING) n->name = random_text(a, seed);
}
