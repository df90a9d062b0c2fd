#include "mail/imap_queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sat_imap_queue_free(struct sat_imap_queue *q) {
  sat_imap_output_free(&q->out);
  sat_arena_reset(&q->arena);
  free(q->commands);
  q->commands = NULL;
  q->n = q->cap = 0;
}

static bool reserve(struct sat_imap_queue *q) {
  if (q->n == q->cap) {
    size_t cap = q->cap ? 2 * q->cap : 16;
    struct sat_imap_command *v = realloc(q->commands, cap * sizeof *v);
    if (v == NULL) return false;
    q->commands = v;
    q->cap = cap;
  }
  return true;
}

static int no_memory(struct sat_imap_queue *q, struct sat_error *err) {
  sat_error_set(&q->err, SAT_E_MEMORY, "not enough memory");
  return sat_error_set(err, SAT_E_MEMORY, "not enough memory");
}

static void put_format(struct sat_imap_queue *q, const char *format,
                       unsigned long long v) {
  char text[32];
  int n = snprintf(text, sizeof text, format, v);
  sat_buf_put(&q->out.bytes, text, (size_t)n);
}

/* what was queued so far went well, or the error */
static int check(struct sat_imap_queue *q, struct sat_error *err) {
  return sat_imap_output_failed(&q->out) ? no_memory(q, err) : 0;
}

uint32_t sat_imap_queue_begin(struct sat_imap_queue *q,
                              struct sat_error *err) {
  if (q->err.kind != SAT_OK) {
    sat_error_set(err, q->err.kind, "%s", q->err.text);
    return 0;
  }
  if (q->building || q->dialogue != 0) {
    sat_error_set(err, SAT_E_INVALID,
                  "a command within another that takes lines");
    return 0;
  }
  if (!reserve(q)) {
    no_memory(q, err);
    return 0;
  }
  q->building = true;
  q->begin = sat_imap_output_end(&q->out);
  q->last = q->last < UINT32_MAX ? q->last + 1 : 1;
  put_format(q, "A%llu ", q->last);
  return q->last;
}

void sat_imap_queue_abandon(struct sat_imap_queue *q) {
  if (!q->building) return;
  sat_imap_output_retract(&q->out, q->begin);
  q->building = false;
}

/* CR and LF would end the command, NUL is in no text (RFC 9051 9) */
static const char *objection(const char *p, size_t n) {
  if (memchr(p, '\r', n) != NULL || memchr(p, '\n', n) != NULL)
    return "a line break in a command";
  return memchr(p, '\0', n) != NULL ? "a NUL in a command" : NULL;
}

static int refuse(struct sat_imap_queue *q, struct sat_error *err,
                  const char *why) {
  sat_imap_queue_abandon(q);
  return sat_error_set(err, SAT_E_INVALID, "%s", why);
}

int sat_imap_queue_text(struct sat_imap_queue *q, const void *p, size_t n,
                        struct sat_error *err) {
  const char *why = n > 0 ? objection(p, n) : NULL;
  if (!q->building) return refuse(q, err, "text outside of a command");
  if (why != NULL) return refuse(q, err, why);
  sat_buf_put(&q->out.bytes, p, n);
  return check(q, err);
}

/* "{n}" and the line break behind it; true if "+" must be awaited
** (RFC 9051 4.3, RFC 7888 4 and 5) */
static void announce(struct sat_imap_queue *q, uint64_t n, bool binary) {
  bool waits = q->literals == SAT_IMAP_SYNC ||
               (q->literals == SAT_IMAP_MINUS && n > SAT_IMAP_MINUS_MAX);
  if (binary) sat_buf_str(&q->out.bytes, "~");
  put_format(q, waits ? "{%llu}\r\n" : "{%llu+}\r\n", n);
  if (waits) sat_imap_output_stop(&q->out, q->last, 0);
}

int sat_imap_queue_literal(struct sat_imap_queue *q, const void *p, size_t n,
                           bool binary, struct sat_error *err) {
  if (!q->building) return refuse(q, err, "a literal outside of a command");
  if (!binary && n > 0 && memchr(p, '\0', n) != NULL)
    return refuse(q, err, "a NUL in a literal that is not binary");
  announce(q, n, binary);
  sat_buf_put(&q->out.bytes, p, n);
  return check(q, err);
}

int sat_imap_queue_promise(struct sat_imap_queue *q, uint64_t n, bool binary,
                           struct sat_error *err) {
  if (!q->building) return refuse(q, err, "a literal outside of a command");
  if (n > INT64_MAX) return refuse(q, err, "a literal of absurd size");
  announce(q, n, binary);
  if (n > 0) sat_imap_output_stop(&q->out, q->last, n);
  return check(q, err);
}

int sat_imap_queue_end(struct sat_imap_queue *q, bool dialogue,
                       struct sat_error *err) {
  struct sat_imap_command *c;
  if (!q->building) return refuse(q, err, "the end of no command");
  sat_buf_put(&q->out.bytes, "\r\n", 2);
  sat_imap_output_complete(&q->out, q->last);
  c = &q->commands[q->n++];
  c->number = q->last;
  c->begin = q->begin;
  c->end = sat_imap_output_end(&q->out);
  q->building = false;
  if (dialogue) q->dialogue = q->last;
  return check(q, err);
}

int sat_imap_queue_line(struct sat_imap_queue *q, const void *p, size_t n,
                        bool last, struct sat_error *err) {
  const char *why = n > 0 ? objection(p, n) : NULL;
  if (q->dialogue == 0) why = "a line outside of a dialogue";
  if (why != NULL) return sat_error_set(err, SAT_E_INVALID, "%s", why);
  sat_buf_put(&q->out.bytes, p, n);
  sat_buf_put(&q->out.bytes, "\r\n", 2);
  if (last) q->dialogue = 0;
  return check(q, err);
}

uint64_t sat_imap_queue_wants(const struct sat_imap_queue *q) {
  return sat_imap_output_wants(&q->out);
}

int sat_imap_queue_supply(struct sat_imap_queue *q, const void *p, size_t n,
                          struct sat_error *err) {
  if (n > sat_imap_queue_wants(q))
    return sat_error_set(err, SAT_E_INVALID,
                         "more bytes than the literal has room for");
  if (n > 0) sat_imap_output_supply(&q->out, p, n);
  return check(q, err);
}

size_t sat_imap_queue_show(const struct sat_imap_queue *q,
                           const uint8_t **p_r) {
  return q->building ? 0 : sat_imap_output_show(&q->out, p_r);
}

void sat_imap_queue_taken(struct sat_imap_queue *q, size_t n) {
  sat_imap_output_taken(&q->out, n);
}

static int wrong(struct sat_imap_queue *q, const char *what,
                 struct sat_bytes text) {
  int n = text.n < 60 ? (int)text.n : 60;
  return sat_error_set(&q->err, SAT_E_PROTOCOL, "%s: %.*s", what, n,
                       (const char *)text.p);
}

/* the number of one of our tags; 0: it is none */
static uint32_t tag_number(struct sat_bytes tag) {
  uint64_t v = 0;
  if (tag.n < 2 || tag.n > 11 || tag.p[0] != 'A' || tag.p[1] == '0') return 0;
  for (uint32_t i = 1; i < tag.n; i++) {
    if (tag.p[i] < '0' || tag.p[i] > '9') return 0;
    v = v * 10 + (tag.p[i] - '0');
  }
  return v <= UINT32_MAX ? (uint32_t)v : 0;
}

uint32_t sat_imap_queue_unsent(const struct sat_imap_queue *q, bool held) {
  for (size_t i = 0; i < q->n; i++) {
    uint64_t end = q->commands[i].end, gone = q->out.base;
    if (end > gone || (held && end == gone)) return q->commands[i].number;
  }
  return 0;
}

/* What was to follow in vain is left out; the places of what is behind move
** up. */
static int drop_rest(struct sat_imap_queue *q, uint32_t number) {
  int64_t n = sat_imap_output_drop(&q->out, number);
  if (n < 0)
    return sat_error_set(&q->err, SAT_E_PROTOCOL,
                         "a command was answered within its literals");
  for (size_t i = 0; n > 0 && i < q->n; i++)
    if (q->commands[i].begin > q->out.base) {
      q->commands[i].begin -= (uint64_t)n;
      q->commands[i].end -= (uint64_t)n;
    }
  return 0;
}

static int complete(struct sat_imap_queue *q, struct sat_imap_event *e) {
  uint32_t number = tag_number(e->response->tag);
  size_t i = 0;
  while (i < q->n && q->commands[i].number != number) i++;
  if (number == 0 || i == q->n || q->commands[i].begin >= q->out.base)
    return wrong(q, "an answer to a command that was not given",
                 e->response->tag);
  q->n--;
  memmove(&q->commands[i], &q->commands[i + 1],
          (q->n - i) * sizeof *q->commands);
  if (q->dialogue == number) q->dialogue = 0;
  e->completed = number;
  return drop_rest(q, number);
}

/* "+": for a literal, or for the dialogue (RFC 9051 7.6) */
static int go_on(struct sat_imap_queue *q, struct sat_imap_event *e) {
  if (sat_imap_output_awaits(&q->out) != 0) {
    sat_imap_output_go_on(&q->out);
    e->consumed = true;
    return 0;
  }
  if (q->dialogue != 0) return 0;
  return wrong(q, "\"+\" where nothing is to be continued",
               e->response->text);
}

static int place(struct sat_imap_queue *q, struct sat_imap_event *e) {
  if (e->response->type == SAT_IMAP_CONTINUATION) return go_on(q, e);
  return e->response->tag.p != NULL ? complete(q, e) : 0;
}

static struct sat_imap_response *new_response(struct sat_imap_queue *q) {
  struct sat_imap_response *r;
  sat_arena_clear(&q->arena);
  r = sat_arena_alloc(&q->arena, sizeof *r);
  if (r == NULL) no_memory(q, NULL);
  return r;
}

/* one response into the arena */
static int parse(struct sat_imap_queue *q, const void *p, size_t n,
                 struct sat_imap_event *e) {
  struct sat_imap_response *r = new_response(q);
  if (r == NULL) return -1;
  e->size = n;
  if (sat_imap_read(p, n, &q->parse, &q->arena, &q->err, r) == 0) {
    e->response = r;
    return 0;
  }
  if (r->type == SAT_IMAP_BROKEN) e->response = r;
  return -1;
}

/* the splitter has refused what p[0..n) begins with */
static int refuse_lines(struct sat_imap_queue *q, const void *p, size_t n,
                        struct sat_imap_event *e) {
  const struct sat_error *why = &q->split.err;
  struct sat_imap_response *r = new_response(q);
  sat_error_set(&q->err, why->kind, "%s", why->text);
  if (r != NULL && why->kind == SAT_E_PROTOCOL &&
      sat_imap_salvage(p, n, &q->parse, &q->arena, why, r))
    e->response = r;
  return -1;
}

int sat_imap_queue_read(struct sat_imap_queue *q, const void *p, size_t n,
                        struct sat_imap_event *event_r) {
  ssize_t size;
  *event_r = (struct sat_imap_event){0};
  if (q->err.kind != SAT_OK) return -1;
  if (n == 0) return 0;
  size = sat_imap_split(&q->split, p, n);
  if (size < 0) return refuse_lines(q, p, n, event_r);
  if (size == 0) return 0;
  if (parse(q, p, (size_t)size, event_r) < 0) return -1;
  if (place(q, event_r) == 0) return 1;
  event_r->response = NULL;
  return -1;
}
