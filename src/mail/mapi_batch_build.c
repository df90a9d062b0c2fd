/*
** From the ROPs that wait, one Execute payload: it puts logon ids and handle
** indexes into the bytes and gives each handle a slot.  Invariant: at every
** moment 2 + ROPs + 4 * slots is within the session's limits.
*/
#include "mail/mapi_batch.h"

#define ROP_RELEASE 0x01
#define MOST_RELEASES 64 /* that one Execute carries along */

static uint32_t payload_size(const struct sat_mapi_batch *b, uint32_t bytes,
                             uint32_t slots) {
  return 2 + (uint32_t)b->payload.n + bytes + 4 * (b->slot_n + slots);
}

static bool fits(const struct sat_mapi_batch *b, uint32_t bytes,
                 uint32_t slots) {
  const struct sat_mapi_limits *limits = &b->session->limits;
  return payload_size(b, bytes, slots) <= limits->request &&
         b->slot_n + slots <= limits->handles;
}

static uint8_t new_slot(struct sat_mapi_batch *b, uint32_t value,
                        struct sat_mapi_handle *h) {
  b->slots[b->slot_n] = value;
  b->slot_handles[b->slot_n] = h;
  return (uint8_t)b->slot_n++;
}

static int find_slot(const struct sat_mapi_batch *b,
                     const struct sat_mapi_handle *h) {
  for (uint32_t i = 0; i < b->slot_n; i++)
    if (b->slot_handles[i] == h) return (int)i;
  return -1;
}

static uint8_t slot_of(struct sat_mapi_batch *b, struct sat_mapi_handle *h) {
  int i;
  if (h == NULL) return 0;
  i = find_slot(b, h);
  if (i >= 0) return (uint8_t)i;
  return new_slot(b, sat_mapi_handle_live(h) ? h->value : SAT_MAPI_NO_HANDLE,
                  h);
}

static uint32_t new_slots(const struct sat_mapi_batch *b,
                          const struct sat_mapi_sent *r) {
  uint32_t n = r->output != NULL;
  if (r->input != NULL && find_slot(b, r->input) < 0) n++;
  if (r->second != NULL && r->second != r->input &&
      find_slot(b, r->second) < 0)
    n++;
  return n;
}

/* [MS-OXCROPS] 2.2.15.3: without an answer of its own.  First, so that a
** chained ROP may be the last. */
static void add_releases(struct sat_mapi_batch *b) {
  uint32_t value;
  uint8_t logon_id;
  /* beside them the next ROP with its three handles has room */
  uint32_t bytes = 3 + b->rops[b->first].n;
  for (int i = 0; i < MOST_RELEASES && fits(b, bytes, 1 + 3); i++) {
    if (!sat_mapi_release_next(b->session, &value, &logon_id)) return;
    sat_buf_u8(&b->payload, ROP_RELEASE);
    sat_buf_u8(&b->payload, logon_id);
    sat_buf_u8(&b->payload, new_slot(b, value, NULL));
  }
}

/* [MS-OXCROPS] 2.2.1: behind RopId and LogonId.  The answer bears the output
** index where there is one; a SAVE's bears the one that it asks for. */
static void put_indexes(struct sat_mapi_sent *r, uint8_t *head, uint8_t in,
                        uint8_t second, uint8_t out) {
  r->answer_slot = in;
  switch (r->desc->handles) {
    case SAT_HANDLES_IN: head[2] = in; break;
    case SAT_HANDLES_IN_OUT:
      head[2] = in;
      head[3] = r->answer_slot = out;
      break;
    case SAT_HANDLES_OUT: head[2] = r->answer_slot = out; break;
    case SAT_HANDLES_PAIR:
      head[2] = in;
      head[3] = second;
      break;
    case SAT_HANDLES_SAVE:
      head[2] = r->second != NULL ? second : in;
      head[3] = in;
      r->answer_slot = head[2];
      break;
    default: break;
  }
}

static void add_rop(struct sat_mapi_batch *b, struct sat_mapi_sent *r) {
  uint32_t at = (uint32_t)b->payload.n;
  uint8_t in = slot_of(b, r->input), second = slot_of(b, r->second);
  uint8_t out = r->output != NULL
                    ? new_slot(b, SAT_MAPI_NO_HANDLE, r->output)
                    : 0;
  r->offset = at;
  r->output_slot = out;
  sat_buf_put(&b->payload, b->bytes.p + r->at, r->n);
  if (b->payload.failed) return;
  b->payload.p[at + 1] = r->logon_id;
  put_indexes(r, b->payload.p + at, in, second, out);
}

int sat_mapi_batch_build(struct sat_mapi_batch *b, struct sat_error *err) {
  sat_buf_clear(&b->payload);
  b->slot_n = 0;
  b->next = b->first;
  if (b->max_rops == 0) add_releases(b);
  while (b->next < b->n) {
    struct sat_mapi_sent *r = &b->rops[b->next];
    if (b->max_rops > 0 && b->next - b->first == b->max_rops) break;
    if (!fits(b, r->n, new_slots(b, r))) break;
    add_rop(b, r);
    b->next++;
    if (r->chain) break;
  }
  if (b->payload.failed)
    return sat_error_set(err, SAT_E_MEMORY, "out of memory");
  return 0;
}
