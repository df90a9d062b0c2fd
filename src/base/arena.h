/*
** An arena: everything allocated from it goes at once.  It is sticky: after
** a failed allocation 'failed' stays set and every further request gives
** NULL, so that a decoder may test once, at the end.
*/
#ifndef sat_arena_h
#define sat_arena_h

#include <stdbool.h>
#include <stddef.h>

struct sat_arena_block;

struct sat_arena {
  struct sat_arena_block *head;
  size_t used;   /* bytes handed out so far */
  size_t limit;  /* most bytes to hand out; 0: SAT_ARENA_LIMIT */
  bool failed;   /* no memory, or past the limit */
};

#define SAT_ARENA_LIMIT ((size_t)256 << 20)

/* Zeroed memory aligned for any type; NULL once the arena has failed.
** A size of 0 gives a valid pointer. */
void *sat_arena_alloc(struct sat_arena *a, size_t size);

/* n elements of 'size' bytes; an overflow of the product is a failure */
void *sat_arena_array(struct sat_arena *a, size_t n, size_t size);

/* a copy of n bytes with a zero byte behind them */
char *sat_arena_copy(struct sat_arena *a, const void *p, size_t n);

/* Frees everything; the arena is empty and usable again. */
void sat_arena_reset(struct sat_arena *a);

/* The same, but keeps a block: for what is filled again and again. */
void sat_arena_clear(struct sat_arena *a);

#endif
