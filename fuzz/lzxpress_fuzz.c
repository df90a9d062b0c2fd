/*
** LZXPRESS: the first two bytes are the size announced, the rest is decoded;
** then the input is encoded and must come back as it was.
*/
#include <stdlib.h>
#include <string.h>

#include "wire/lzxpress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int decode(const uint8_t *data, size_t size, uint8_t *out, size_t n) {
  struct sat_error err = {0};
  struct sat_reader r;
  sat_reader_init(&r, data, size, NULL, &err);
  return sat_lzxpress_decode(&r, out, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  size_t n = size >= 2 ? (size_t)data[0] | (size_t)data[1] << 8 : 0;
  struct sat_buf packed = {0};
  uint8_t *out = malloc((n > size ? n : size) + 1);
  if (out == NULL) return 0;
  if (size >= 2) decode(data + 2, size - 2, out, n);
  sat_lzxpress_encode(&packed, data, size);
  if (packed.failed || decode(packed.p, packed.n, out, size) != 0 ||
      (size > 0 && memcmp(out, data, size) != 0))
    __builtin_trap();
  sat_buf_free(&packed);
  free(out);
  return 0;
}
