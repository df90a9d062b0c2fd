/*
** Compressed RTF: the input is decoded, then encoded and must come back.
*/
#include <string.h>

#include "wire/lzfu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int decode(const void *p, size_t n, struct sat_buf *out) {
  struct sat_error err = {0};
  struct sat_reader r;
  sat_reader_init(&r, p, n, NULL, &err);
  return sat_lzfu_decode(&r, out);
}

static void round_trip(const uint8_t *data, size_t size,
                       void (*encode)(struct sat_buf *, const void *, size_t)) {
  struct sat_buf packed = {0}, plain = {0};
  encode(&packed, data, size);
  if (decode(packed.p, packed.n, &plain) != 0 || plain.n != size ||
      (size > 0 && memcmp(plain.p, data, size) != 0))
    __builtin_trap();
  sat_buf_free(&packed);
  sat_buf_free(&plain);
}

static uint32_t checksum(const uint8_t *p, size_t n) {
  uint32_t crc = 0;
  for (size_t i = 0; i < 8 * n; i++) {
    if (i % 8 == 0) crc ^= p[i / 8];
    crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return crc;
}

/* Decodes the input behind a header of its own, so that the checksum does
** not stand in the way of what is wrong. */
static void decode_contents(const uint8_t *data, size_t size) {
  struct sat_buf packed = {0}, out = {0};
  sat_buf_u32(&packed, (uint32_t)size + 12);
  sat_buf_u32(&packed, size > 0 ? data[0] : 0u);
  sat_buf_str(&packed, "LZFu");
  sat_buf_u32(&packed, checksum(data, size));
  sat_buf_put(&packed, data, size);
  decode(packed.p, packed.n, &out);
  sat_buf_free(&packed);
  sat_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sat_buf out = {0};
  decode(data, size, &out);
  sat_buf_free(&out);
  decode_contents(data, size);
  round_trip(data, size, sat_lzfu_encode);
  round_trip(data, size, sat_lzfu_store);
  return 0;
}
