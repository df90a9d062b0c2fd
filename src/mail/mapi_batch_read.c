/*
** From one ROP buffer, the answers to the ROPs that were sent, in their order.
** What the server did not execute is put back; what nobody asked for is set
** aside.  Invariant: no answer is taken for a ROP unless ROP id and handle
** index are its own.
*/
#include <stdlib.h>
#include <string.h>

#include "mail/mapi_batch.h"
#include "wire/ropbuf.h"

enum { /* [MS-OXCROPS] 2.2.2 */
  ROP_RELEASE = 0x01,
  ROP_OPEN_MESSAGE = 0x03,
  ROP_GET_PROPERTIES_SPECIFIC = 0x07,
  ROP_RELOAD_CACHED_INFORMATION = 0x10,
  ROP_SET_COLUMNS = 0x12,
  ROP_NOTIFY = 0x2a,
  ROP_OPEN_EMBEDDED_MESSAGE = 0x46,
  ROP_PENDING = 0x6e,
  ROP_RESET_TABLE = 0x81,
  ROP_BACKOFF = 0xf9,
  ROP_LOGON = 0xfe,
  ROP_BUFFER_TOO_SMALL = 0xff
};

/* what all responses begin with (wire/rop_heads.h) */
struct head {
  uint32_t rop_id, handle_index, return_value;
};

struct reading {
  struct sat_mapi_batch *b;
  struct sat_reader r;
  const struct sat_ropbuf *payload; /* the first: it has the handles */
  uint32_t at;      /* the ROP whose answer is next */
  uint32_t refused; /* from here on nothing was executed; b->next: all was */
  bool extra;       /* in the payloads that chaining appends */
};

static struct sat_mapi_answer *new_answer(struct sat_mapi_batch *b) {
  struct sat_mapi_answer *grown;
  if (b->answer_n == b->answer_cap) {
    uint32_t cap = b->answer_cap > 0 ? b->answer_cap * 2 : 32;
    grown = realloc(b->answers, cap * sizeof *grown);
    if (grown == NULL) return NULL;
    b->answers = grown;
    b->answer_cap = cap;
  }
  memset(&b->answers[b->answer_n], 0, sizeof *b->answers);
  return &b->answers[b->answer_n++];
}

static uint32_t u16(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8; }

/* The tags of a request that has them at 'at' behind a 16-bit count. */
static struct sat_columns request_tags(struct reading *g,
                                       const struct sat_mapi_sent *s,
                                       uint32_t at) {
  const uint8_t *p = g->b->bytes.p + s->at;
  uint32_t n = s->n >= at + 2 ? u16(p + at) : 0;
  uint32_t *tags = sat_arena_array(&g->b->arena, n, sizeof *tags);
  if (tags == NULL || s->n < at + 2 + 4 * n)
    return (struct sat_columns){NULL, 0};
  p += at + 2;
  for (uint32_t i = 0; i < n; i++)
    tags[i] = u16(p + 4 * i) | u16(p + 4 * i + 2) << 16;
  return (struct sat_columns){tags, n};
}

static struct sat_wire_ctx context(struct reading *g,
                                   const struct sat_mapi_sent *s) {
  struct sat_wire_ctx ctx = {.dialect = SAT_DIALECT_ROP};
  if (s->input == NULL) return ctx;
  ctx.public_logon = s->input->public_logon;
  if (s->desc->id == ROP_GET_PROPERTIES_SPECIFIC)
    /* [MS-OXCROPS] 2.2.8.3.1: RopId to WantUnicode are 7 bytes */
    ctx.columns = request_tags(g, s, 7);
  else
    ctx.columns =
        (struct sat_columns){s->input->columns, s->input->column_n};
  return ctx;
}

static int no_memory(struct reading *g) {
  return sat_error_set(g->r.err, SAT_E_MEMORY, "out of memory");
}

/* The recipient rows of a message are laid out by what came when it was
** opened; a message has no other columns. */
static bool keep_recipient_columns(struct sat_mapi_handle *h,
                                   const struct sat_mapi_answer *a) {
  const struct sat_open_message_res *m;
  const struct sat_open_embedded_message_res *e;
  const struct sat_reload_cached_information_res *c;
  switch (a->rop->id) {
    case ROP_OPEN_MESSAGE:
      m = a->body;
      return sat_mapi_handle_columns(h, m->recipient_columns,
                                     m->column_count);
    case ROP_OPEN_EMBEDDED_MESSAGE:
      e = a->body;
      return sat_mapi_handle_columns(h, e->recipient_columns,
                                     e->column_count);
    case ROP_RELOAD_CACHED_INFORMATION:
      c = a->body;
      return sat_mapi_handle_columns(h, c->recipient_columns,
                                     c->column_count);
    default: return true;
  }
}

static int set_columns(struct reading *g, struct sat_mapi_sent *s) {
  /* [MS-OXCROPS] 2.2.5.1.1: RopId to SetColumnsFlags are 4 bytes */
  struct sat_columns tags = request_tags(g, s, 4);
  return sat_mapi_handle_columns(s->input, tags.tags, tags.n) ? 0
                                                              : no_memory(g);
}

static int open_output(struct reading *g, struct sat_mapi_sent *s,
                       const struct sat_mapi_answer *a) {
  const struct sat_logon_res *logon = a->body;
  if (s->output_slot >= g->payload->handle_count)
    return sat_reader_fail(&g->r, "the handle table is too short");
  sat_mapi_handle_open(s->output, g->payload->handles[s->output_slot]);
  if (a->rop->id == ROP_LOGON)
    s->output->public_logon = (logon->logon_flags & 1) == 0;
  return keep_recipient_columns(s->output, a) ? 0 : no_memory(g);
}

/* What a success changes: handles get their numbers, tables their columns. */
static int apply(struct reading *g, struct sat_mapi_sent *s,
                 const struct sat_mapi_answer *a) {
  if (s->output != NULL) return open_output(g, s, a);
  if (s->input == NULL) return 0;
  if (a->rop->id == ROP_SET_COLUMNS) return set_columns(g, s);
  if (a->rop->id == ROP_RESET_TABLE)
    return sat_mapi_handle_columns(s->input, NULL, 0) ? 0 : no_memory(g);
  return keep_recipient_columns(s->input, a) ? 0 : no_memory(g);
}

static int take_answer(struct reading *g, uint32_t index, bool more) {
  struct sat_mapi_sent *s = &g->b->rops[index];
  struct sat_wire_ctx ctx = context(g, s);
  struct sat_mapi_answer *a = new_answer(g->b);
  const struct head *head;
  if (a == NULL) return no_memory(g);
  a->index = index;
  a->more = more;
  a->public_logon = ctx.public_logon;
  a->body = sat_rop_decode(&g->r, SAT_RESPONSE, &ctx, &a->rop);
  if (a->body == NULL) return -1;
  head = a->body;
  if (head->handle_index != s->answer_slot)
    return sat_reader_fail(&g->r, "%s: the answer is for handle %u, not %u",
                           s->desc->name, head->handle_index,
                           s->answer_slot);
  return more || head->return_value != 0 ? 0 : apply(g, s, a);
}

/* A message that nobody asked for. */
static void *take_bare(struct reading *g, const struct sat_wire_ctx *ctx,
                       const struct sat_rop **rop_r) {
  static const struct sat_wire_ctx none;
  return sat_rop_decode(&g->r, SAT_RESPONSE, ctx != NULL ? ctx : &none,
                        rop_r);
}

/* [MS-OXCROPS] 2.2.14.2: the rows in it have the columns of the table whose
** handle follows the RopId. */
static int take_notify(struct reading *g) {
  struct sat_wire_ctx ctx = {.dialect = SAT_DIALECT_ROP};
  struct sat_mapi_handle *h = NULL;
  struct sat_mapi_answer *a = new_answer(g->b);
  if (a == NULL) return no_memory(g);
  if (sat_reader_left(&g->r) >= 5)
    h = sat_mapi_handle_find(g->b->session, u16(g->r.p + 1) |
                                                u16(g->r.p + 3) << 16);
  if (h != NULL) {
    ctx.public_logon = h->public_logon;
    ctx.columns = (struct sat_columns){h->columns, h->column_n};
  }
  a->index = SAT_MAPI_NOTICE;
  a->public_logon = ctx.public_logon;
  a->body = take_bare(g, &ctx, &a->rop);
  return a->body != NULL ? 0 : -1;
}

/* The bytes that come back are the end of what was sent. */
static int take_too_small(struct reading *g) {
  const struct sat_rop *rop;
  const struct sat_buffer_too_small_res *m = take_bare(g, NULL, &rop);
  const struct sat_mapi_batch *b = g->b;
  uint32_t i = g->at;
  if (m == NULL) return -1;
  while (i < b->next &&
         b->payload.n - b->rops[i].offset != m->request_buffers.n)
    i++;
  /* what is cut elsewhere still means the one not answered: QUIRKS 8 */
  g->refused = i < b->next ? i : g->at;
  return 0;
}

static int take_backoff(struct reading *g) {
  const struct sat_rop *rop;
  const struct sat_backoff_res *m = take_bare(g, NULL, &rop);
  double wait;
  if (m == NULL) return -1;
  wait = m->duration;
  for (uint32_t i = 0; i < m->backoff_rop_count; i++)
    if (m->backoff_rop_data[i].duration > wait)
      wait = m->backoff_rop_data[i].duration;
  g->b->sleep = wait > 0 ? wait / 1000 : 0.001;
  g->refused = g->at;
  return 0;
}

static int take_pending(struct reading *g) {
  const struct sat_rop *rop;
  g->b->pending = true;
  return take_bare(g, NULL, &rop) != NULL ? 0 : -1;
}

/* The ROP whose answer is next; those that have none are passed by. */
static bool find_next(struct reading *g) {
  while (g->at < g->b->next &&
         !g->b->rops[g->at].desc->dir[SAT_RESPONSE].exists)
    g->at++;
  return g->at < g->b->next;
}

static int take_next(struct reading *g, unsigned id) {
  const struct sat_mapi_sent *last = &g->b->rops[g->b->next - 1];
  if (g->extra && last->chain && last->desc->response_id == id)
    return take_answer(g, g->b->next - 1, true);
  if (g->extra || !find_next(g))
    return sat_reader_fail(&g->r, "ROP 0x%02x answers nothing", id);
  if (g->b->rops[g->at].desc->response_id != id)
    return sat_reader_fail(&g->r, "ROP 0x%02x answers %s", id,
                           g->b->rops[g->at].desc->name);
  g->b->rops[g->at].answered = true;
  return take_answer(g, g->at++, false);
}

static int take_one(struct reading *g) {
  switch (*g->r.p) {
    case ROP_NOTIFY: return take_notify(g);
    case ROP_PENDING: return take_pending(g);
    case ROP_BUFFER_TOO_SMALL: return take_too_small(g);
    case ROP_BACKOFF: return take_backoff(g);
    default: return take_next(g, *g->r.p);
  }
}

static int take_payload(struct reading *g, const struct sat_ropbuf *p) {
  struct sat_error *err = g->r.err;
  sat_reader_init(&g->r, p->rops.p, p->rops.n, &g->b->arena, err);
  while (sat_reader_left(&g->r) > 0)
    if (take_one(g) < 0) return -1;
  return 0;
}

/* Nothing may be left without an answer that was not refused. */
static int finish(struct reading *g) {
  struct sat_mapi_batch *b = g->b;
  bool refused = g->refused != UINT32_MAX;
  if (!refused && find_next(g))
    return sat_reader_fail(&g->r, "no answer to %s",
                           b->rops[g->at].desc->name);
  if (!refused || g->refused > b->first) {
    b->backoffs = 0;
  } else if (b->sleep == 0) {
    sat_error_set(g->r.err, SAT_E_LIMIT,
                  "the answer to %s does not fit the server's buffer",
                  b->rops[b->first].desc->name);
    g->r.err->code = SAT_MAPI_BUFFER_TOO_SMALL;
    return -1;
  } else if (++b->backoffs > b->session->limits.backoffs) {
    sat_error_set(g->r.err, SAT_E_THROTTLED,
                  "the server asked %u times to wait", b->backoffs);
    g->r.err->retryable = true;
    g->r.err->retry_after = b->sleep;
    return -1;
  }
  b->first = refused ? g->refused : b->next;
  return 0;
}

/* A RopRelease of the caller's leaves nothing to be released. */
static void note_releases(struct sat_mapi_batch *b, uint32_t from) {
  for (uint32_t i = from; i < b->first; i++)
    if (b->rops[i].desc->id == ROP_RELEASE && b->rops[i].input != NULL)
      b->rops[i].input->value = SAT_MAPI_NO_HANDLE;
}

int sat_mapi_batch_read(struct sat_mapi_batch *b, struct sat_bytes rop_buffer,
                        struct sat_error *err) {
  struct reading g = {.b = b, .at = b->first, .refused = UINT32_MAX};
  struct sat_ropbuf *payloads;
  uint32_t n, from = b->first;
  sat_reader_init(&g.r, rop_buffer.p, rop_buffer.n, &b->arena, err);
  if (sat_ropbuf_unwrap(&g.r, &payloads, &n) < 0) return -1;
  g.payload = payloads;
  for (uint32_t i = 0; i < n; i++) {
    g.extra = i > 0;
    if (take_payload(&g, &payloads[i]) < 0) return -1;
  }
  if (finish(&g) < 0) return -1;
  note_releases(b, from);
  return 0;
}
