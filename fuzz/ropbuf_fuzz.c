/*
** The ROP buffer: what can be unwrapped is wrapped again, compressed and
** obfuscated, and must come back equal.
*/
#include <string.h>

#include "wire/ropbuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int unwrap(const void *p, size_t n, struct sat_arena *arena,
                  struct sat_ropbuf **all_r, uint32_t *n_r) {
  struct sat_error err = {0};
  struct sat_reader r;
  sat_reader_init(&r, p, n, arena, &err);
  return sat_ropbuf_unwrap(&r, all_r, n_r);
}

static int same(const struct sat_ropbuf *a, const struct sat_ropbuf *b) {
  return a->rops.n == b->rops.n && a->handle_count == b->handle_count &&
         (a->rops.n == 0 || memcmp(a->rops.p, b->rops.p, a->rops.n) == 0) &&
         (a->handle_count == 0 ||
          memcmp(a->handles, b->handles, 4 * a->handle_count) == 0);
}

static void round_trip(const struct sat_ropbuf *all, uint32_t n,
                       struct sat_arena *arena) {
  struct sat_buf out = {0};
  struct sat_ropbuf *again;
  uint32_t n_again;
  if (sat_ropbuf_wrap(&out, all, n,
                      SAT_ROPBUF_COMPRESSED | SAT_ROPBUF_XOR_MAGIC) != 0 ||
      unwrap(out.p, out.n, arena, &again, &n_again) != 0 || n_again != n)
    __builtin_trap();
  for (uint32_t i = 0; i < n; i++)
    if (!same(&all[i], &again[i])) __builtin_trap();
  sat_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sat_arena arena = {.limit = 16 << 20};
  struct sat_ropbuf *all;
  uint32_t n;
  if (unwrap(data, size, &arena, &all, &n) == 0) {
    arena.limit = 64 << 20;
    round_trip(all, n, &arena);
  }
  sat_arena_reset(&arena);
  return 0;
}
