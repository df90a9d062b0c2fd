/* Entry ids. */
#include "round_trip.h"
#include "wire/entryid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int decode(struct sat_reader *r, enum sat_dialect d, void *v_r) {
  (void)d;
  return sat_entry_id_decode(r, v_r);
}

static void encode(struct sat_buf *b, enum sat_dialect d, const void *v) {
  (void)d;
  sat_entry_id_encode(b, v);
}

static void print(struct sat_buf *b, const void *v) {
  sat_entry_id_print(b, v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct codec codec = {decode, encode, print};
  _Static_assert(sizeof(struct sat_entry_id) <= ROUND_TRIP_SIZE, "room");
  round_trip(&codec, SAT_DIALECT_ROP, data, size);
  return 0;
}
