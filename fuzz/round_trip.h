/*
** What every codec of the wire must hold for any input: no crash, and what
** it accepts it writes, reads and writes again to the same bytes.
*/
#ifndef round_trip_h
#define round_trip_h

#include <stdint.h>
#include <string.h>

#include "wire/row.h"

struct codec {
  int (*decode)(struct sat_reader *r, enum sat_dialect d, void *v_r);
  void (*encode)(struct sat_buf *b, enum sat_dialect d, const void *v);
  void (*print)(struct sat_buf *b, const void *v);
};

#define ROUND_TRIP_SIZE 512 /* room for what is decoded */

static void round_trip(const struct codec *codec, enum sat_dialect d,
                       const uint8_t *data, size_t size) {
  _Alignas(max_align_t) char v[ROUND_TRIP_SIZE];
  struct sat_arena arena = {.limit = 64 << 20};
  struct sat_buf first = {0}, second = {0}, text = {0};
  struct sat_error err = {0};
  struct sat_reader r;
  sat_reader_init(&r, data, size, &arena, &err);
  if (codec->decode(&r, d, v) == 0) {
    codec->print(&text, v);
    codec->encode(&first, d, v);
    if (first.failed) __builtin_trap();
    sat_reader_init(&r, first.p, first.n, &arena, &err);
    if (codec->decode(&r, d, v) != 0 || r.p != r.end) __builtin_trap();
    codec->encode(&second, d, v);
    if (second.failed || second.n != first.n) __builtin_trap();
    if (memcmp(first.p, second.p, first.n) != 0) __builtin_trap();
  }
  sat_buf_free(&first);
  sat_buf_free(&second);
  sat_buf_free(&text);
  sat_arena_reset(&arena);
}

#endif
