/*
** A growing buffer.  It owns its bytes.  It is sticky: after a failure
** (no memory, past the limit, a value out of range) 'failed' stays set and
** writes are ignored, so that an encoder may test once, at the end.
** Integers are little-endian.
*/
#ifndef sat_buf_h
#define sat_buf_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sat_buf {
  uint8_t *p;
  size_t n, cap;
  size_t limit;  /* most bytes to hold; 0: no limit */
  bool failed;
};

/* a run of bytes that somebody else owns */
struct sat_bytes {
  const uint8_t *p;
  uint32_t n;
};

void sat_buf_put(struct sat_buf *b, const void *p, size_t n);
void sat_buf_u8(struct sat_buf *b, uint32_t v);
void sat_buf_u16(struct sat_buf *b, uint32_t v);
void sat_buf_u32(struct sat_buf *b, uint32_t v);
void sat_buf_u64(struct sat_buf *b, uint64_t v);

/* 'width' low bytes of v; fails when v does not fit */
void sat_buf_int(struct sat_buf *b, uint64_t v, unsigned width);

/* a C string without its zero byte */
void sat_buf_str(struct sat_buf *b, const char *s);

/* Room for n bytes behind the end, or NULL; tell what was used by
** sat_buf_added. */
uint8_t *sat_buf_reserve(struct sat_buf *b, size_t n);
void sat_buf_added(struct sat_buf *b, size_t n);

/* Overwrites 'width' bytes at offset 'at' (back-patching a size). */
void sat_buf_patch(struct sat_buf *b, size_t at, uint64_t v, unsigned width);

/* Forgets the first n bytes. */
void sat_buf_consume(struct sat_buf *b, size_t n);

/* Empties it and keeps its memory. */
void sat_buf_clear(struct sat_buf *b);

/* Frees its memory; the buffer is empty and usable again. */
void sat_buf_free(struct sat_buf *b);

#endif
