/*
** Bytes that come in at one end and are taken at the other: a buffer with a
** cursor.  Taking is cheap; what was taken makes room when room is needed.
*/
#ifndef sat_window_h
#define sat_window_h

#include <stddef.h>
#include <stdint.h>

struct sat_window {
  uint8_t *p;
  size_t start, end, cap;
};

size_t sat_window_left(const struct sat_window *w);
const uint8_t *sat_window_first(const struct sat_window *w);

/* Room for n bytes behind the last, or NULL without memory; tell what was
** used by sat_window_added. */
uint8_t *sat_window_room(struct sat_window *w, size_t n);
void sat_window_added(struct sat_window *w, size_t n);

/* Takes n bytes, at most what is there. */
void sat_window_skip(struct sat_window *w, size_t n);

/* -1: no memory */
int sat_window_put(struct sat_window *w, const void *p, size_t n);

/* Frees it; what passed through it may have been a password, so its memory
** (its first MiB) is wiped. */
void sat_window_free(struct sat_window *w);

#endif
