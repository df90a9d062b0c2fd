/*
** A bounded reader: 'p' walks to 'end' and never beyond.  After the first
** failure the error record stays set and every read gives zero, so that a
** decoder may test once, at the end.  What a read gives back points into the
** input or into the arena.  Integers are little-endian.
**
** The path says where in a message the reader is; the text of an error ends
** with it and the offset: "query_rows.rows[3].subject @ 0x1f2: truncated".
*/
#ifndef sat_reader_h
#define sat_reader_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#define SAT_READER_PATH 12  /* parts of the path that are kept */
#define SAT_READER_DEPTH 64 /* default bound for nested structures */

struct sat_reader {
  const uint8_t *start, *p, *end;
  struct sat_error *err;    /* borrowed, never NULL */
  struct sat_arena *arena;  /* borrowed; NULL where nothing is allocated */
  unsigned depth, max_depth;
  unsigned path_n;
  struct {
    const char *name;
    int64_t index;  /* -1: no index */
  } path[SAT_READER_PATH];
};

void sat_reader_init(struct sat_reader *r, const void *p, size_t n,
                     struct sat_arena *arena, struct sat_error *err);

/* bytes left; 0 after a failure */
size_t sat_reader_left(const struct sat_reader *r);
bool sat_reader_ok(const struct sat_reader *r);

/* Records a protocol error with path and offset; returns -1. */
int sat_reader_fail(struct sat_reader *r, const char *fmt, ...)
    SAT_PRINTF(2, 3);

/* n bytes of the input, or NULL after recording "truncated" */
const uint8_t *sat_reader_take(struct sat_reader *r, size_t n);

uint32_t sat_reader_u8(struct sat_reader *r);
uint32_t sat_reader_u16(struct sat_reader *r);
uint32_t sat_reader_u32(struct sat_reader *r);
uint64_t sat_reader_u64(struct sat_reader *r);
uint64_t sat_reader_int(struct sat_reader *r, unsigned width);
struct sat_bytes sat_reader_bytes(struct sat_reader *r, size_t n);

/* zero-terminated bytes: the slice without its zero byte, which is skipped */
struct sat_bytes sat_reader_zstr(struct sat_reader *r);

/* zero-terminated UTF-16LE: the slice (n is even) without its terminator */
struct sat_bytes sat_reader_zstr16(struct sat_reader *r);

/* An array of n elements of 'size' bytes in memory from the arena, after
** checking that n elements of at least 'least' bytes on the wire can still
** come.  NULL after a failure. */
void *sat_reader_array(struct sat_reader *r, size_t n, size_t size,
                       size_t least);

/* memory from the arena; its failure becomes this reader's */
void *sat_reader_alloc(struct sat_reader *r, size_t size);

/* Bounds the reader to the next n bytes: gives the old end, to be put back
** by sat_reader_leave, which skips what was not read.  NULL on failure. */
const uint8_t *sat_reader_enter(struct sat_reader *r, size_t n);
void sat_reader_leave(struct sat_reader *r, const uint8_t *old_end);

/* One level of nesting down (fails at max_depth) and up again. */
bool sat_reader_down(struct sat_reader *r);
void sat_reader_up(struct sat_reader *r);

/* The path: a name (which must outlive the reader) with an index or -1. */
void sat_reader_push(struct sat_reader *r, const char *name, int64_t index);
void sat_reader_pop(struct sat_reader *r);

#endif
