/*
** Compressed RTF ([MS-OXRTFCP] 2.1): a header with both sizes, the kind
** (LZFu or MELA, which is plain) and a checksum, then runs of eight tokens
** over a dictionary of 4,096 bytes that begins with common RTF words.  Sizes
** and checksum must agree with the data.
*/
#ifndef sat_lzfu_h
#define sat_lzfu_h

#include <stddef.h>

#include "base/buf.h"
#include "base/reader.h"

/* Appends the RTF that is in all that is left in the reader.  Returns 0, or
** -1 with the reader's error set. */
int sat_lzfu_decode(struct sat_reader *r, struct sat_buf *out);

/* Appends RTF compressed (LZFu), or as it is behind a header (MELA). */
void sat_lzfu_encode(struct sat_buf *out, const void *p, size_t n);
void sat_lzfu_store(struct sat_buf *out, const void *p, size_t n);

#endif
