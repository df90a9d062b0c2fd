/* Restrictions; the first byte picks the dialect. */
#include "round_trip.h"
#include "wire/restriction.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int decode(struct sat_reader *r, enum sat_dialect d, void *v_r) {
  return sat_restriction_decode(r, d, v_r);
}

static void encode(struct sat_buf *b, enum sat_dialect d, const void *v) {
  sat_restriction_encode(b, v, d);
}

static void print(struct sat_buf *b, const void *v) { sat_restriction_print(b, v); }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct codec codec = {decode, encode, print};
  _Static_assert(sizeof(struct sat_restriction) <= ROUND_TRIP_SIZE, "room");
  if (size > 0) round_trip(&codec, data[0] & 3, data + 1, size - 1);
  return 0;
}
