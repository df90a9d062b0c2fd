/*
** Sets of sequence numbers or UIDs (RFC 9051 9, sequence-set): "1:4,7,9:*".
** No number is 0, which stands for "*" here.
*/
#ifndef sat_imap_set_h
#define sat_imap_set_h

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct sat_imap_range {
  uint32_t first, last; /* first <= last unless one of them is "*" */
};

/* Reads the next range of a set and moves *p behind it and its comma: 1, 0 at
** the end, -1 if the set is broken. */
int sat_imap_set_next(const char **p, const char *end,
                      struct sat_imap_range *range_r);

/* Sorts and drops what is there twice; returns how many are left. */
size_t sat_imap_set_sort(uint32_t *v, size_t n);

/* Appends numbers in their order, runs of ascending ones as ranges, in at
** most max_bytes (0: any number), but at least one range; returns how many
** numbers were taken. */
size_t sat_imap_set_print(struct sat_buf *out, const uint32_t *v, size_t n,
                          size_t max_bytes);

#endif
