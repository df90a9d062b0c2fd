#include "mail/mapi_batch.h"

#include <stdlib.h>
#include <string.h>

#include "wire/ropbuf.h"

void sat_mapi_batch_init(struct sat_mapi_batch *b,
                         struct sat_mapi_session *s) {
  memset(b, 0, sizeof *b);
  b->session = s;
}

void sat_mapi_batch_clear(struct sat_mapi_batch *b) {
  for (uint32_t i = 0; i < b->n; i++) {
    sat_mapi_handle_unref(&b->rops[i].input);
    sat_mapi_handle_unref(&b->rops[i].second);
    sat_mapi_handle_unref(&b->rops[i].output);
  }
  free(b->rops);
  free(b->answers);
  sat_buf_free(&b->bytes);
  sat_buf_free(&b->payload);
  sat_buf_free(&b->rop_buffer);
  sat_arena_reset(&b->arena);
  memset(b, 0, sizeof *b);
}

static bool grow(struct sat_mapi_batch *b) {
  uint32_t cap = b->cap > 0 ? b->cap * 2 : 16;
  struct sat_mapi_sent *rops;
  if (b->n < b->cap) return true;
  rops = realloc(b->rops, cap * sizeof *rops);
  if (rops == NULL) return false;
  b->rops = rops;
  b->cap = cap;
  return true;
}

/* What an output inherits; a logon learns it from its answer. */
static struct sat_mapi_handle *new_output(struct sat_mapi_session *s,
                                          const struct sat_mapi_rop *rop) {
  struct sat_mapi_handle *h = sat_mapi_handle_new(s);
  if (h == NULL) return NULL;
  h->logon_id = rop->logon_id;
  if (rop->input == NULL) return h;
  h->logon_id = rop->input->logon_id;
  h->public_logon = rop->input->public_logon;
  return h;
}

static bool has_output(const struct sat_rop *rop) {
  return rop->handles == SAT_HANDLES_IN_OUT ||
         rop->handles == SAT_HANDLES_OUT;
}

static int no_memory(struct sat_error *err) {
  return sat_error_set(err, SAT_E_MEMORY, "out of memory");
}

int64_t sat_mapi_batch_add(struct sat_mapi_batch *b,
                           const struct sat_mapi_rop *rop,
                           struct sat_error *err) {
  struct sat_mapi_sent sent = {
      .desc = rop->desc, .chain = rop->chain, .keep = rop->keep};
  /* RopSize, the ROP, three handles at most */
  uint32_t need = 2 + rop->request.n + 3 * 4;
  if (need > b->session->limits.request)
    return sat_error_set(err, SAT_E_LIMIT,
                         "%s takes %u bytes, more than the %u of one request",
                         rop->desc->name, need, b->session->limits.request);
  if (!grow(b)) return no_memory(err);
  sent.at = (uint32_t)b->bytes.n;
  sent.n = rop->request.n;
  sat_buf_put(&b->bytes, rop->request.p, rop->request.n);
  if (b->bytes.failed) return no_memory(err);
  sent.logon_id = rop->input != NULL ? rop->input->logon_id : rop->logon_id;
  if (has_output(rop->desc)) {
    sent.output = new_output(b->session, rop);
    if (sent.output == NULL) return no_memory(err);
  }
  if (rop->input != NULL) sent.input = sat_mapi_handle_ref(rop->input);
  if (rop->second != NULL) sent.second = sat_mapi_handle_ref(rop->second);
  b->rops[b->n] = sent;
  return b->n++;
}

struct sat_mapi_handle *sat_mapi_batch_output(const struct sat_mapi_batch *b,
                                              uint32_t index) {
  return index < b->n ? b->rops[index].output : NULL;
}

/* A handle of an earlier generation would name a thing of nobody's. */
static int check_stale(const struct sat_mapi_batch *b,
                       struct sat_error *err) {
  for (uint32_t i = b->first; i < b->n; i++) {
    const struct sat_mapi_sent *r = &b->rops[i];
    if ((r->input != NULL && sat_mapi_handle_stale(r->input)) ||
        (r->second != NULL && sat_mapi_handle_stale(r->second))) {
      sat_error_set(err, SAT_E_CONFLICT,
                    "%s is for an object of an earlier connection",
                    r->desc->name);
      err->retryable = true;
      return -1;
    }
  }
  return 0;
}

static int ask(struct sat_mapi_batch *b, struct sat_mapi_request *q,
               struct sat_error *err) {
  uint32_t flags = SAT_MAPI_NO_COMPRESSION | SAT_MAPI_NO_XOR_MAGIC;
  struct sat_ropbuf payload = {
      .rops = {b->payload.p, (uint32_t)b->payload.n},
      .handles = b->slots,
      .handle_count = b->slot_n,
  };
  sat_buf_clear(&b->rop_buffer);
  if (b->payload.failed ||
      sat_ropbuf_wrap(&b->rop_buffer, &payload, 1, 0) < 0)
    return no_memory(err);
  if (b->rops[b->next - 1].chain) flags |= SAT_MAPI_CHAIN;
  if (sat_mapi_ask_execute(b->session, flags, &b->rop_buffer, q) < 0)
    return no_memory(err);
  b->executes++;
  return 0;
}

static void forget_answers(struct sat_mapi_batch *b) {
  b->answer_n = 0;
  sat_arena_reset(&b->arena);
}

enum sat_mapi_step sat_mapi_batch_step(struct sat_mapi_batch *b,
                                       struct sat_mapi_request *q,
                                       double *seconds_r,
                                       struct sat_error *err) {
  forget_answers(b);
  if (b->first == b->n) return SAT_MAPI_DONE;
  if (b->sleep > 0) {
    *seconds_r = b->sleep;
    b->sleep = 0;
    return SAT_MAPI_SLEEP;
  }
  if (check_stale(b, err) < 0) return SAT_MAPI_FAILED;
  if (sat_mapi_batch_build(b, err) < 0) return SAT_MAPI_FAILED;
  return ask(b, q, err) < 0 ? SAT_MAPI_FAILED : SAT_MAPI_SEND;
}

/* The server executed ROPs and had no room to say so: fewer at once, where
** executing them again does no harm. */
static bool halve(struct sat_mapi_batch *b, const struct sat_error *err) {
  uint32_t n = b->next - b->first;
  if (err->code != SAT_MAPI_BUFFER_TOO_SMALL || !b->safe || n < 2)
    return false;
  b->max_rops = n / 2;
  return true;
}

int sat_mapi_batch_take(struct sat_mapi_batch *b,
                        const struct sat_mapi_http *http,
                        struct sat_error *err) {
  struct sat_bytes rop_buffer;
  if (sat_mapi_take_execute(b->session, http, &rop_buffer, err) < 0) {
    if (!halve(b, err)) return -1;
    sat_error_clear(err);
    return 0;
  }
  if (sat_mapi_batch_read(b, rop_buffer, err) == 0) return 0;
  sat_mapi_session_lost(b->session);
  return -1;
}
