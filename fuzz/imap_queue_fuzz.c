/*
** A server that says anything to a fixed sequence of commands: each answer
** completes a command that was given, what goes out stays in order, and the
** queue comes to an end.  The first byte says how literals are taken and in
** what pieces bytes come and go; the rest is what the server says.
*/
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/imap_abbreviate.h"
#include "mail/imap_queue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct client {
  struct sat_imap_queue q;
  struct sat_error err;
  unsigned next;     /* which command comes next */
  uint32_t open[16]; /* those without an answer */
  unsigned n;
  size_t piece;
};

#define T(s) sat_imap_queue_text(&c->q, s, strlen(s), &c->err)
#define L(s) sat_imap_queue_literal(&c->q, s, strlen(s), false, &c->err)

static int build(struct client *c) {
  switch (c->next++ % 6) {
    case 0: return T("NOOP");
    case 1: return T("LOGIN ") || L("us\ner") || T(" ") || L("");
    case 2:
      return T("APPEND x ") ||
             sat_imap_queue_promise(&c->q, 7, true, &c->err) || T(" ") ||
             L("tail");
    case 3: return T("UID FETCH 1:* (FLAGS)");
    case 4: return T("AUTHENTICATE PLAIN");
    default: return T("bad\r\n");
  }
}

static void say(struct client *c) {
  bool dialogue = c->next % 6 == 4;
  uint32_t number;
  sat_error_clear(&c->err);
  number = sat_imap_queue_begin(&c->q, &c->err);
  if (number == 0) return;
  if (build(c) < 0) {
    if (c->err.kind != SAT_E_INVALID) abort();
    return;
  }
  if (sat_imap_queue_end(&c->q, dialogue, &c->err) < 0) abort();
  c->open[c->n++] = number;
}

static void go_out(struct client *c) {
  const uint8_t *p;
  size_t n, wanted;
  while ((n = sat_imap_queue_show(&c->q, &p)) > 0) {
    volatile uint8_t last = p[n - 1];
    (void)last;
    sat_imap_queue_taken(&c->q, n < c->piece ? n : c->piece);
  }
  wanted = (size_t)sat_imap_queue_wants(&c->q);
  if (wanted > 0)
    sat_imap_queue_supply(&c->q, "12345678", wanted > 2 ? 2 : wanted, NULL);
}

static void completed(struct client *c, uint32_t number) {
  unsigned i = 0;
  while (i < c->n && c->open[i] != number) i++;
  if (i == c->n) abort();
  c->open[i] = c->open[--c->n];
}

static void hear(struct client *c, const struct sat_imap_event *e) {
  if (e->completed != 0) completed(c, e->completed);
  if (e->response->type == SAT_IMAP_CONTINUATION && !e->consumed)
    sat_imap_queue_line(&c->q, "*", 1, false, &c->err);
  if (c->q.n != c->n) abort();
}

static void shown(const uint8_t *p, size_t n) {
  struct sat_buf out = {0};
  sat_imap_abbreviate(&out, p, n);
  if (out.n > SAT_IMAP_SHOWN + 3) abort();
  sat_buf_free(&out);
}

/* The window grows by a piece at a time, as bytes come. */
static void run(struct client *c, const uint8_t *p, size_t n) {
  size_t at = 0, end = 0;
  struct sat_imap_event e;
  for (;;) {
    int r;
    if (c->n < 4) say(c);
    go_out(c);
    r = sat_imap_queue_read(&c->q, p + at, end - at, &e);
    if (r < 0 && e.response != NULL &&
        e.response->type != SAT_IMAP_BROKEN)
      abort();
    if (r < 0) break;
    if (r == 0 && end == n) break;
    if (r == 0) {
      end += c->piece < n - end ? c->piece : n - end;
      continue;
    }
    if (e.size == 0 || e.size > end - at) abort();
    shown(p + at, e.size);
    hear(c, &e);
    at += e.size;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct client c = {0};
  if (size == 0) return 0;
  c.q.literals = (enum sat_imap_literals)(data[0] % 3);
  c.piece = 1 + data[0] / 3;
  c.q.split.max_line = 5000;
  c.q.split.max_literal = 5000;
  run(&c, data + 1, size - 1);
  sat_imap_queue_free(&c.q);
  return 0;
}
