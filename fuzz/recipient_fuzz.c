/* Recipient rows with columns of several types. */
#include "round_trip.h"
#include "wire/recipient.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int decode(struct sat_reader *r, enum sat_dialect d, void *v_r) {
  static const uint32_t tags[] = {0x0ffe0003, 0x39000003, 0x39fe001f,
                                  0x39ff001e, 0x3a40000b, 0x0fff0102,
                                  0x30010000, 0x800f101f};
  (void)d;
  return sat_recipient_decode(r, (struct sat_columns){tags, 8}, v_r);
}

static void encode(struct sat_buf *b, enum sat_dialect d, const void *v) {
  (void)d;
  sat_recipient_encode(b, v);
}

static void print(struct sat_buf *b, const void *v) {
  sat_recipient_print(b, v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct codec codec = {decode, encode, print};
  _Static_assert(sizeof(struct sat_recipient) <= ROUND_TRIP_SIZE, "room");
  round_trip(&codec, SAT_DIALECT_ROP, data, size);
  return 0;
}
