/*
** The ROP buffer that answers a batch of a folder, a table of it, its columns
** and rows, properties and an opened message: whatever comes, each answer is
** for a ROP that was sent, and the batch ends.
*/
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail/mapi_batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* requests with zeros where the engine puts ids and indexes */
static const struct {
  uint8_t bytes[24];
  uint8_t n;
  int8_t input; /* the ROP whose output it takes; -1: the logon */
  bool chain;
} rops[] = {
    {{0x02, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 5, 0}, 13, -1, false},
    {{0x05, 0, 0, 0, 0}, 5, 0, false},
    {{0x12, 0, 0, 0, 2, 0, 0x14, 0, 0x4a, 0x67, 0x1f, 0, 0x37, 0}, 14, 1,
     false},
    {{0x03, 0, 0, 0, 0xe4, 4, 1, 0, 0, 0, 0, 0, 0, 5, 0, 1}, 23, -1, false},
    {{0x0f, 0, 0, 0, 0, 0, 0, 0, 0}, 9, 3, false},
    {{0x07, 0, 0, 0, 0, 1, 0, 1, 0, 0x1f, 0, 0x37, 0}, 13, 3, false},
    {{0x01, 0, 0}, 3, 3, false},
    {{0x15, 0, 0, 0, 1, 0xff, 0x7f}, 7, 1, true},
};
#define N (sizeof rops / sizeof *rops)

static void add_all(struct sat_mapi_batch *b, struct sat_mapi_handle *logon,
                    struct sat_error *err) {
  for (size_t i = 0; i < N; i++) {
    struct sat_mapi_rop rop = {
        .desc = sat_rop_of(rops[i].bytes[0]),
        .request = {rops[i].bytes, rops[i].n},
        .input = rops[i].input < 0
                     ? logon
                     : sat_mapi_batch_output(b, (uint32_t)rops[i].input),
        .chain = rops[i].chain,
    };
    if (sat_mapi_batch_add(b, &rop, err) < 0) abort();
  }
}

static void check(const struct sat_mapi_batch *b) {
  for (uint32_t i = 0; i < b->answer_n; i++)
    if (b->answers[i].index != SAT_MAPI_NOTICE && b->answers[i].index >= b->n)
      abort();
  if (b->first > b->next || b->next > b->n) abort();
}

static void run(struct sat_mapi_batch *b, struct sat_bytes rop_buffer,
                struct sat_error *err) {
  struct sat_mapi_request q = {0};
  double seconds;
  for (int round = 0; round < 30; round++) {
    enum sat_mapi_step step = sat_mapi_batch_step(b, &q, &seconds, err);
    if (step == SAT_MAPI_SLEEP) continue;
    if (step != SAT_MAPI_SEND) break;
    if (b->payload.n + 2 + 4 * b->slot_n > SAT_MAPI_MAX_REQUEST) abort();
    if (sat_mapi_batch_read(b, rop_buffer, err) < 0) break;
    check(b);
  }
  sat_mapi_request_free(&q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sat_mapi_session s;
  struct sat_mapi_batch b;
  struct sat_mapi_handle *logon;
  struct sat_error err = {0};
  if (sat_mapi_session_init(&s, "/cn=x", NULL) < 0) return 0;
  s.connected = true;
  s.generation = 1;
  logon = sat_mapi_handle_new(&s);
  if (logon == NULL) abort();
  sat_mapi_handle_open(logon, 7);
  sat_mapi_batch_init(&b, &s);
  add_all(&b, logon, &err);
  run(&b, (struct sat_bytes){data, (uint32_t)size}, &err);
  sat_mapi_batch_clear(&b);
  sat_mapi_handle_unref(&logon);
  sat_mapi_session_clear(&s);
  return 0;
}
