/* Properties, and rows whose columns come first; the first byte picks the
** dialect and which. */
#include "round_trip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COLUMNS = 8 };
static uint32_t tags[COLUMNS];
static struct sat_columns columns = {tags, 0};

static int decode_property(struct sat_reader *r, enum sat_dialect d,
                           void *v_r) {
  return sat_property_decode(r, d, v_r);
}

static void encode_property(struct sat_buf *b, enum sat_dialect d,
                            const void *v) {
  sat_property_encode(b, v, d);
}

static void print_property(struct sat_buf *b, const void *v) {
  sat_property_print(b, v);
}

static int decode_row(struct sat_reader *r, enum sat_dialect d, void *v_r) {
  return sat_row_decode(r, columns, d, v_r);
}

static void encode_row(struct sat_buf *b, enum sat_dialect d, const void *v) {
  sat_row_encode(b, v, d);
}

static void print_row(struct sat_buf *b, const void *v) {
  sat_row_print(b, v);
}

/* a byte says how many columns, then 4 bytes for each */
static void fuzz_row(enum sat_dialect d, const uint8_t *data, size_t size) {
  static const struct codec row = {decode_row, encode_row, print_row};
  columns.n = size > 0 ? data[0] % (COLUMNS + 1) : 0;
  if (size < 1 + 4 * (size_t)columns.n) return;
  memcpy(tags, data + 1, 4 * (size_t)columns.n);
  data += 1 + 4 * columns.n;
  round_trip(&row, d, data, size - 1 - 4 * columns.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const struct codec property = {decode_property, encode_property,
                                        print_property};
  if (size == 0) return 0;
  if (data[0] & 4)
    fuzz_row(data[0] & 3, data + 1, size - 1);
  else
    round_trip(&property, data[0] & 3, data + 1, size - 1);
  return 0;
}
