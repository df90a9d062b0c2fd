/*
** The kinds that are numbers.  In memory all but the 64-bit ones are a
** uint32_t; signed ones keep their bits.
*/
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "wire/kinds.h"

static void print_decimal(struct sat_buf *b, int64_t v) {
  char text[32];
  snprintf(text, sizeof text, "%" PRId64, v);
  sat_buf_str(b, text);
}

static void print_unsigned(struct sat_buf *b, uint64_t v) {
  char text[32];
  snprintf(text, sizeof text, "%" PRIu64, v);
  sat_buf_str(b, text);
}

static void print_hex(struct sat_buf *b, uint64_t v) {
  char text[32];
  snprintf(text, sizeof text, "0x%08" PRIx64, v);
  sat_buf_str(b, text);
}

static void print_bool(struct sat_buf *b, uint64_t v) {
  sat_buf_str(b, v != 0 ? "true" : "false");
}

static uint64_t random_bits(uint64_t *seed, unsigned width) {
  uint64_t v = (uint64_t)sat_random(seed) << 32 | sat_random(seed);
  if (sat_random(seed) % 2 == 0) v %= 5;
  return width < 8 ? v & ((UINT64_C(1) << (8 * width)) - 1) : v;
}

/* a number of 'width' bytes; 'type' in memory, 'sign' for the printer */
#define NUMBER(name, type, width, print, sign)                             \
  void sat_decode_##name(struct sat_reader *r, void *v_r,                  \
                         const struct sat_wire_ctx *ctx) {                 \
    (void)ctx;                                                             \
    *(type *)v_r = (type)sat_reader_int(r, width);                         \
  }                                                                        \
  void sat_encode_##name(struct sat_buf *b, const void *v,                 \
                         const struct sat_wire_ctx *ctx) {                 \
    (void)ctx;                                                             \
    sat_buf_int(b, *(const type *)v, width);                               \
  }                                                                        \
  void sat_print_##name(struct sat_buf *b, const void *v) {                \
    print(b, (sign)*(const type *)v);                                      \
  }                                                                        \
  void sat_random_##name(struct sat_arena *a, uint64_t *seed, void *v_r,   \
                         const struct sat_wire_ctx *ctx) {                 \
    (void)a, (void)ctx;                                                    \
    *(type *)v_r = (type)random_bits(seed, width);                         \
  }

// clang-format off
NUMBER(u8, uint32_t, 1, print_unsigned, uint32_t)
NUMBER(u16, uint32_t, 2, print_unsigned, uint32_t)
NUMBER(u32, uint32_t, 4, print_unsigned, uint32_t)
NUMBER(u64, uint64_t, 8, print_unsigned, uint64_t)
NUMBER(i32, uint32_t, 4, print_decimal, int32_t)
NUMBER(i64, uint64_t, 8, print_decimal, int64_t)
NUMBER(code, uint32_t, 4, print_hex, uint32_t)
NUMBER(id, uint64_t, 8, print_hex, uint64_t)
// clang-format on

/* QUIRKS 6: any byte but 0 is true */
#define BOOLEAN(name, width)                                               \
  void sat_decode_##name(struct sat_reader *r, void *v_r,                  \
                         const struct sat_wire_ctx *ctx) {                 \
    (void)ctx;                                                             \
    *(uint32_t *)v_r = sat_reader_int(r, width) != 0;                      \
  }                                                                        \
  void sat_encode_##name(struct sat_buf *b, const void *v,                 \
                         const struct sat_wire_ctx *ctx) {                 \
    (void)ctx;                                                             \
    sat_buf_int(b, *(const uint32_t *)v != 0, width);                      \
  }                                                                        \
  void sat_print_##name(struct sat_buf *b, const void *v) {                \
    print_bool(b, *(const uint32_t *)v);                                   \
  }                                                                        \
  void sat_random_##name(struct sat_arena *a, uint64_t *seed, void *v_r,   \
                         const struct sat_wire_ctx *ctx) {                 \
    (void)a, (void)ctx;                                                    \
    *(uint32_t *)v_r = sat_random(seed) % 2;                               \
  }

// clang-format off
BOOLEAN(bool8, 1)
BOOLEAN(bool16, 2)
// clang-format on

/* QUIRKS 5: 0 is reserved, and RopRelease (1) has no response */
void sat_decode_tail(struct sat_reader *r, void *v_r,
                     const struct sat_wire_ctx *ctx) {
  (void)ctx;
  *(uint32_t *)v_r = sat_reader_left(r) > 0 && *r->p <= 1;
}

void sat_encode_tail(struct sat_buf *b, const void *v,
                     const struct sat_wire_ctx *ctx) {
  (void)b, (void)v, (void)ctx;
}

void sat_print_tail(struct sat_buf *b, const void *v) {
  sat_print_bool8(b, v);
}

void sat_random_tail(struct sat_arena *a, uint64_t *seed, void *v_r,
                     const struct sat_wire_ctx *ctx) {
  (void)a, (void)seed, (void)ctx;
  *(uint32_t *)v_r = 0;
}

void sat_decode_tag(struct sat_reader *r, void *v_r,
                    const struct sat_wire_ctx *ctx) {
  (void)ctx;
  *(uint32_t *)v_r = sat_reader_u32(r);
}

void sat_encode_tag(struct sat_buf *b, const void *v,
                    const struct sat_wire_ctx *ctx) {
  (void)ctx;
  sat_buf_u32(b, *(const uint32_t *)v);
}

void sat_print_tag(struct sat_buf *b, const void *v) {
  sat_tag_print(b, *(const uint32_t *)v);
}

void sat_random_tag(struct sat_arena *a, uint64_t *seed, void *v_r,
                    const struct sat_wire_ctx *ctx) {
  static const uint16_t types[] = {SAT_T_STRING, SAT_T_INTEGER32,
                                   SAT_T_BINARY, SAT_T_TIME,
                                   SAT_T_BOOLEAN, SAT_T_INTEGER64};
  uint32_t n = sizeof types / sizeof *types;
  (void)a, (void)ctx;
  *(uint32_t *)v_r =
      SAT_TAG(sat_random(seed) & 0x7fff, types[sat_random(seed) % n]);
}

void sat_decode_guid(struct sat_reader *r, void *v_r,
                     const struct sat_wire_ctx *ctx) {
  const uint8_t *p = sat_reader_take(r, 16);
  (void)ctx;
  if (p != NULL) memcpy(v_r, p, 16);
}

void sat_encode_guid(struct sat_buf *b, const void *v,
                     const struct sat_wire_ctx *ctx) {
  (void)ctx;
  sat_buf_put(b, v, 16);
}

void sat_print_guid(struct sat_buf *b, const void *v) {
  char text[SAT_GUID_TEXT];
  sat_guid_format(v, text);
  sat_buf_str(b, text);
}

void sat_random_guid(struct sat_arena *a, uint64_t *seed, void *v_r,
                     const struct sat_wire_ctx *ctx) {
  struct sat_guid *g = v_r;
  (void)a, (void)ctx;
  for (int i = 0; i < 16; i++) g->b[i] = (uint8_t)sat_random(seed);
}

const char *sat_order_name(uint32_t order) {
  switch (order) {
    case 0x00: return "ascending";
    case 0x01: return "descending";
    case 0x04: return "maximum_category";
    default: return NULL;
  }
}

void sat_decode_order(struct sat_reader *r, void *v_r,
                      const struct sat_wire_ctx *ctx) {
  uint32_t order = sat_reader_u8(r);
  (void)ctx;
  if (sat_order_name(order) == NULL)
    sat_reader_fail(r, "no order has number %u", (unsigned)order);
  *(uint32_t *)v_r = order;
}

void sat_encode_order(struct sat_buf *b, const void *v,
                      const struct sat_wire_ctx *ctx) {
  (void)ctx;
  sat_buf_u8(b, *(const uint32_t *)v);
}

void sat_print_order(struct sat_buf *b, const void *v) {
  sat_buf_str(b, sat_order_name(*(const uint32_t *)v));
}

void sat_random_order(struct sat_arena *a, uint64_t *seed, void *v_r,
                      const struct sat_wire_ctx *ctx) {
  static const uint32_t orders[] = {0x00, 0x01, 0x04};
  (void)a, (void)ctx;
  *(uint32_t *)v_r = orders[sat_random(seed) % 3];
}
