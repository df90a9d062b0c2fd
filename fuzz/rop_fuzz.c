/*
** ROPs, one after another, as they stand in a payload.  The first byte says
** the direction, the kind of logon and whether columns are known.
*/
#include <string.h>

#include "wire/rop.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint32_t tags[] = {0x0037001f, 0x0e080003, 0x67480014,
                                0x0e060040, 0x00000000, 0x0fff0102};

/* What is accepted is written, read and written again to the same bytes. */
static void again(const struct sat_rop *rop, enum sat_dir dir, const void *v,
                  const struct sat_wire_ctx *ctx) {
  struct sat_arena arena = {.limit = 64 << 20};
  struct sat_buf first = {0}, second = {0}, text = {0};
  struct sat_error err = {0};
  struct sat_reader r;
  const struct sat_rop *same;
  const void *w;
  sat_rop_print(&text, rop, dir, v, ctx);
  sat_rop_encode(&first, rop, dir, v, ctx);
  if (first.failed) __builtin_trap();
  sat_reader_init(&r, first.p, first.n, &arena, &err);
  w = sat_rop_decode(&r, dir, ctx, &same);
  if (w == NULL || r.p != r.end) __builtin_trap();
  sat_rop_encode(&second, same, dir, w, ctx);
  if (second.failed || second.n != first.n ||
      memcmp(first.p, second.p, first.n) != 0)
    __builtin_trap();
  sat_buf_free(&first);
  sat_buf_free(&second);
  sat_buf_free(&text);
  sat_arena_reset(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sat_wire_ctx ctx = {{NULL, 0}, false, SAT_DIALECT_ROP};
  struct sat_arena arena = {.limit = 64 << 20};
  struct sat_error err = {0};
  struct sat_reader r;
  const struct sat_rop *rop;
  enum sat_dir dir;
  const void *v;
  if (size == 0) return 0;
  dir = data[0] & 1 ? SAT_RESPONSE : SAT_REQUEST;
  ctx.public_logon = (data[0] & 2) != 0;
  if (data[0] & 4) ctx.columns = (struct sat_columns){tags, 1 + data[0] % 6};
  sat_reader_init(&r, data + 1, size - 1, &arena, &err);
  while (sat_reader_left(&r) > 0 &&
         (v = sat_rop_decode(&r, dir, &ctx, &rop)) != NULL)
    if (rop->response_id == rop->id || dir == SAT_REQUEST)
      again(rop, dir, v, &ctx);
  sat_arena_reset(&arena);
  return 0;
}
