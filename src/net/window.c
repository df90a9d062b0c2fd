#include "net/window.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

#define KEPT ((size_t)1 << 20) /* memory that an empty one may keep */

size_t sat_window_left(const struct sat_window *w) {
  return w->end - w->start;
}

const uint8_t *sat_window_first(const struct sat_window *w) {
  return w->p != NULL ? w->p + w->start : (const uint8_t *)"";
}

static void compact(struct sat_window *w) {
  size_t n = w->end - w->start;
  if (n > 0) memmove(w->p, w->p + w->start, n);
  w->start = 0;
  w->end = n;
}

uint8_t *sat_window_room(struct sat_window *w, size_t n) {
  size_t cap = w->cap != 0 ? w->cap : 4096;
  uint8_t *p;
  if (w->p != NULL && w->cap - w->end >= n) return w->p + w->end;
  /* moving costs no more than what was taken meanwhile */
  if (w->start >= w->end - w->start) compact(w);
  if (w->p != NULL && w->cap - w->end >= n) return w->p + w->end;
  if (n > SIZE_MAX / 4 - w->end) return NULL;
  while (cap < w->end + n) cap *= 2;
  p = realloc(w->p, cap);
  if (p == NULL) return NULL;
  w->p = p;
  w->cap = cap;
  return p + w->end;
}

void sat_window_added(struct sat_window *w, size_t n) { w->end += n; }

void sat_window_skip(struct sat_window *w, size_t n) {
  size_t left = sat_window_left(w);
  w->start += n < left ? n : left;
  if (w->start < w->end) return;
  w->start = w->end = 0;
  if (w->cap <= KEPT) return;
  free(w->p);
  w->p = NULL;
  w->cap = 0;
}

int sat_window_put(struct sat_window *w, const void *p, size_t n) {
  uint8_t *room = sat_window_room(w, n);
  if (room == NULL) return -1;
  if (n > 0) memcpy(room, p, n);
  w->end += n;
  return 0;
}

void sat_window_free(struct sat_window *w) {
  if (w->p != NULL) sat_secret_wipe(w->p, w->cap < KEPT ? w->cap : KEPT);
  free(w->p);
  memset(w, 0, sizeof *w);
}
