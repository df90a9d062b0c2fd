#include "wire/row.h"

#include <string.h>

/* the flag of a FlaggedPropertyValue ([MS-OXCDATA] 2.11.5) */
enum { PRESENT = 0x00, ABSENT = 0x01, FAILED = 0x0a };

/* a PropertyRow's first byte ([MS-OXCDATA] 2.8.1) */
enum { STANDARD = 0x00, FLAGGED = 0x01 };

/* 2.11.5, 2.11.6: with its type first where the column has none, which may
** be 0 for an absent value: QUIRKS 3 */
static void decode_flagged(struct sat_reader *r, uint16_t type,
                           enum sat_dialect dialect, struct sat_value *v_r) {
  uint32_t flag;
  if (type == SAT_T_UNSPECIFIED) type = (uint16_t)sat_reader_u16(r);
  flag = sat_reader_u8(r);
  if (type == SAT_T_UNSPECIFIED && flag == PRESENT)
    sat_reader_fail(r, "value without a type");
  memset(v_r, 0, sizeof *v_r);
  v_r->type = SAT_T_NULL;
  switch (flag) {
    case PRESENT: sat_value_decode(r, type, dialect, v_r); break;
    case ABSENT: break;
    case FAILED: sat_value_decode(r, SAT_T_ERROR, dialect, v_r); break;
    default: sat_reader_fail(r, "value flag 0x%02x", (unsigned)flag);
  }
}

int sat_row_decode(struct sat_reader *r, struct sat_columns columns,
                   enum sat_dialect dialect, struct sat_row *row_r) {
  uint32_t flag = sat_reader_u8(r);
  memset(row_r, 0, sizeof *row_r);
  if (flag != STANDARD && flag != FLAGGED)
    sat_reader_fail(r, "row flag 0x%02x", (unsigned)flag);
  row_r->flagged = flag == FLAGGED;
  row_r->values = sat_reader_array(r, columns.n, sizeof *row_r->values, 0);
  if (row_r->values == NULL) return -1;
  row_r->columns = columns;
  for (uint32_t i = 0; i < columns.n && sat_reader_ok(r); i++) {
    uint16_t type = SAT_TAG_TYPE(columns.tags[i]);
    sat_reader_push(r, "columns", i);
    if (row_r->flagged)
      decode_flagged(r, type, dialect, &row_r->values[i]);
    else
      sat_value_decode(r, type, dialect, &row_r->values[i]);
    sat_reader_pop(r);
  }
  return sat_reader_ok(r) ? 0 : -1;
}

static bool is_absent(uint16_t type, const struct sat_value *v) {
  return v->type == SAT_T_NULL && type != SAT_T_NULL;
}

static void encode_flagged(struct sat_buf *b, uint16_t type,
                           const struct sat_value *v,
                           enum sat_dialect dialect) {
  if (type == SAT_T_UNSPECIFIED) sat_buf_u16(b, v->type);
  if (is_absent(type, v)) {
    sat_buf_u8(b, ABSENT);
  } else if (v->type == SAT_T_ERROR) {
    sat_buf_u8(b, FAILED);
    sat_buf_u32(b, v->u.error);
  } else {
    sat_buf_u8(b, PRESENT);
    if (type == SAT_T_UNSPECIFIED) type = v->type;
    sat_value_encode(b, type, v, dialect);
  }
}

void sat_row_encode(struct sat_buf *b, const struct sat_row *row,
                    enum sat_dialect dialect) {
  sat_buf_u8(b, row->flagged ? FLAGGED : STANDARD);
  for (uint32_t i = 0; i < row->columns.n && !b->failed; i++) {
    uint16_t type = SAT_TAG_TYPE(row->columns.tags[i]);
    if (row->flagged)
      encode_flagged(b, type, &row->values[i], dialect);
    else
      sat_value_encode(b, type, &row->values[i], dialect);
  }
}

/* whether a standard row can hold v in a column of this type */
static bool fits(uint16_t type, const struct sat_value *v,
                 enum sat_dialect dialect) {
  if (type == SAT_T_UNSPECIFIED) return v->type != SAT_T_NULL;
  if (v->type == SAT_T_NULL && dialect == SAT_DIALECT_NSPI &&
      sat_type_has_presence(type))
    return true;
  return v->type == sat_type_of_column(type);
}

void sat_row_flag(struct sat_row *row, enum sat_dialect dialect) {
  for (uint32_t i = 0; i < row->columns.n && !row->flagged; i++)
    row->flagged = !fits(SAT_TAG_TYPE(row->columns.tags[i]), &row->values[i],
                         dialect);
}
