/*
** Bodies of MAPI over HTTP.  The first byte says which, and the direction.
*/
#include <string.h>

#include "wire/mapihttp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is accepted is written, read and written again to the same bytes. */
static void again(const struct sat_body *body, enum sat_dir dir,
                  const void *v) {
  struct sat_arena arena = {.limit = 64 << 20};
  struct sat_buf first = {0}, second = {0}, text = {0};
  struct sat_error err = {0};
  struct sat_reader r;
  const void *w;
  sat_body_print(&text, body, dir, v);
  sat_body_encode(&first, body, dir, v);
  if (first.failed) __builtin_trap();
  sat_reader_init(&r, first.p, first.n, &arena, &err);
  w = sat_body_decode(&r, body, dir);
  if (w == NULL) __builtin_trap();
  sat_body_encode(&second, body, dir, w);
  if (second.failed || second.n != first.n ||
      memcmp(first.p, second.p, first.n) != 0)
    __builtin_trap();
  sat_buf_free(&first);
  sat_buf_free(&second);
  sat_buf_free(&text);
  sat_arena_reset(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sat_arena arena = {.limit = 64 << 20};
  struct sat_error err = {0};
  struct sat_reader r;
  size_t n;
  const struct sat_body *body = sat_bodies(&n);
  enum sat_dir dir;
  const void *v;
  if (size == 0) return 0;
  dir = data[0] & 1 ? SAT_RESPONSE : SAT_REQUEST;
  body += (data[0] >> 1) % n;
  sat_reader_init(&r, data + 1, size - 1, &arena, &err);
  v = sat_body_decode(&r, body, dir);
  if (v != NULL) again(body, dir, v);
  sat_arena_reset(&arena);
  return 0;
}
