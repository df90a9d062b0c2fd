/*
** Property rows ([MS-OXCDATA] 2.8.1): one value for each column.  A row is
** standard (every value is there) or flagged; in a flagged row a value that
** is absent has type SAT_T_ERROR (with the reason) or SAT_T_NULL.
*/
#ifndef sat_row_h
#define sat_row_h

#include "wire/value.h"

struct sat_columns {
  const uint32_t *tags;
  uint32_t n;
};

struct sat_row {
  bool flagged;
  struct sat_columns columns; /* what the row was laid out by */
  struct sat_value *values;   /* columns.n of them */
};

/* A row takes at least one byte. */
int sat_row_decode(struct sat_reader *r, struct sat_columns columns,
                   enum sat_dialect dialect, struct sat_row *row_r);
void sat_row_encode(struct sat_buf *b, const struct sat_row *row,
                    enum sat_dialect dialect);

/* Makes the row flagged if a value is absent in a way that a standard row
** of the dialect cannot say. */
void sat_row_flag(struct sat_row *row, enum sat_dialect dialect);

void sat_row_random(struct sat_arena *a, uint64_t *seed,
                    struct sat_columns columns, struct sat_row *row_r);
void sat_row_print(struct sat_buf *b, const struct sat_row *row);

#endif
