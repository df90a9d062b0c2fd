/*
** LZXPRESS: LZ77 with the DIRECT2 encoding ([MS-OXCRPC] 3.1.4.1.1.2, the
** plain LZ77 of [MS-XCA] 2.3 and 2.4).  Neither stream nor size is marked in
** the data: both come from outside, and a stream is accepted only when it
** gives exactly the size that was announced and nothing is left over.
*/
#ifndef sat_lzxpress_h
#define sat_lzxpress_h

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/reader.h"

/* Decodes all that is left in the reader into exactly n bytes at 'out'.
** Returns 0, or -1 with the reader's error set. */
int sat_lzxpress_decode(struct sat_reader *r, uint8_t *out, size_t n);

/* Appends n bytes at p in compressed form, which may be longer by one part
** in eight. */
void sat_lzxpress_encode(struct sat_buf *out, const void *p, size_t n);

#endif
