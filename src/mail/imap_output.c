#include "mail/imap_output.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

void sat_imap_output_free(struct sat_imap_output *o) {
  if (o->bytes.p != NULL) sat_secret_wipe(o->bytes.p, o->bytes.cap);
  sat_buf_free(&o->bytes);
  sat_buf_free(&o->piece);
  free(o->stops);
  memset(o, 0, sizeof *o);
}

bool sat_imap_output_failed(const struct sat_imap_output *o) {
  return o->failed || o->bytes.failed || o->piece.failed;
}

uint64_t sat_imap_output_end(const struct sat_imap_output *o) {
  return o->base + o->bytes.n;
}

static struct sat_imap_stop *new_stop(struct sat_imap_output *o) {
  if (o->n == o->cap) {
    size_t cap = o->cap ? 2 * o->cap : 8;
    struct sat_imap_stop *v = realloc(o->stops, cap * sizeof *v);
    if (v == NULL) {
      o->failed = true;
      return NULL;
    }
    o->stops = v;
    o->cap = cap;
  }
  return &o->stops[o->n++];
}

void sat_imap_output_stop(struct sat_imap_output *o, uint32_t command,
                          uint64_t left) {
  struct sat_imap_stop *s = new_stop(o);
  if (s == NULL) return;
  *s = (struct sat_imap_stop){.at = sat_imap_output_end(o),
                              .end = UINT64_MAX,
                              .left = left,
                              .command = command};
}

void sat_imap_output_complete(struct sat_imap_output *o, uint32_t command) {
  for (size_t i = o->n; i > 0 && o->stops[i - 1].command == command; i--)
    o->stops[i - 1].end = sat_imap_output_end(o);
}

void sat_imap_output_retract(struct sat_imap_output *o, uint64_t at) {
  while (o->n > 0 && o->stops[o->n - 1].at >= at) o->n--;
  if (at < sat_imap_output_end(o)) o->bytes.n = (size_t)(at - o->base);
}

size_t sat_imap_output_show(const struct sat_imap_output *o,
                            const uint8_t **p_r) {
  *p_r = o->piece.p;
  if (o->piece.n > 0) return o->piece.n;
  *p_r = o->bytes.p;
  return o->n > 0 ? (size_t)(o->stops[0].at - o->base) : o->bytes.n;
}

void sat_imap_output_taken(struct sat_imap_output *o, size_t n) {
  if (o->piece.n > 0) {
    sat_buf_consume(&o->piece, n);
    return;
  }
  sat_buf_consume(&o->bytes, n);
  o->base += n;
  /* it may have been a password */
  sat_secret_wipe(o->bytes.p + o->bytes.n, n);
}

/* the first stop, if all before it went out */
static struct sat_imap_stop *reached(const struct sat_imap_output *o) {
  if (o->n == 0 || o->piece.n > 0 || o->stops[0].at > o->base) return NULL;
  return &o->stops[0];
}

static void remove_stops(struct sat_imap_output *o, size_t i, size_t n) {
  o->n -= n;
  memmove(&o->stops[i], &o->stops[i + n], (o->n - i) * sizeof *o->stops);
}

uint32_t sat_imap_output_awaits(const struct sat_imap_output *o) {
  const struct sat_imap_stop *s = reached(o);
  return s != NULL && s->left == 0 ? s->command : 0;
}

void sat_imap_output_go_on(struct sat_imap_output *o) {
  remove_stops(o, 0, 1);
}

uint64_t sat_imap_output_wants(const struct sat_imap_output *o) {
  const struct sat_imap_stop *s = reached(o);
  return s != NULL ? s->left : 0;
}

void sat_imap_output_supply(struct sat_imap_output *o, const void *p,
                            size_t n) {
  sat_buf_put(&o->piece, p, n);
  o->stops[0].left -= n;
  if (o->stops[0].left == 0) remove_stops(o, 0, 1);
}

/* takes the bytes from a place to another out of the middle */
static void cut(struct sat_imap_output *o, uint64_t from, uint64_t to) {
  size_t at = (size_t)(from - o->base), n = (size_t)(to - from);
  memmove(o->bytes.p + at, o->bytes.p + at + n, o->bytes.n - at - n);
  o->bytes.n -= n;
  for (size_t i = 0; i < o->n; i++)
    if (o->stops[i].at >= to) {
      o->stops[i].at -= n;
      o->stops[i].end -= n;
    }
}

int64_t sat_imap_output_drop(struct sat_imap_output *o, uint32_t command) {
  size_t n = 0;
  uint64_t from, to;
  while (n < o->n && o->stops[n].command == command) n++;
  if (n == 0) return 0;
  if (o->stops[0].left > 0) return n == 1 ? 0 : -1;
  from = o->stops[0].at;
  to = o->stops[0].end;
  remove_stops(o, 0, n);
  if (to > from) cut(o, from, to);
  return (int64_t)(to - from);
}
