/*
** A batch: ROPs in order, sent in as few Execute requests as the limits
** allow, and their answers ([MS-OXCROPS] 3.1).
**
** Invariants: requests are sent in order and at most once, unless the server
** says that it did not execute them (RopBufferTooSmall, RopBackoff); no
** payload exceeds the session's limits; an output handle that is needed in a
** later Execute is carried there by value.
*/
#ifndef sat_mapi_batch_h
#define sat_mapi_batch_h

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "mail/mapi_handle.h"
#include "mail/mapi_session.h"
#include "wire/rop.h"

/* one ROP to execute */
struct sat_mapi_rop {
  const struct sat_rop *desc;
  struct sat_bytes request; /* whole; logon id and handle indexes are put in */
  struct sat_mapi_handle *input;  /* NULL: no input handle */
  struct sat_mapi_handle *second; /* destination; NULL: none */
  uint8_t logon_id;               /* where there is no input */
  bool chain; /* several answers are welcome: ends its Execute */
  bool keep;  /* for the caller: it wants what the ROP opens */
};

struct sat_mapi_sent; /* a ROP of the batch, and how far it is */

/* One answer, or a message that nobody asked for.  It lives until the next
** Execute of the batch is made. */
struct sat_mapi_answer {
  uint32_t index;    /* of the ROP; SAT_MAPI_NOTICE: a RopNotify */
  bool more;         /* a further answer of a chained ROP */
  bool public_logon; /* whose it is */
  const struct sat_rop *rop;
  void *body;        /* its struct, see wire/rop.h */
};
#define SAT_MAPI_NOTICE 0xffffffffu

/* an ErrorCode of Execute: [MS-OXCDATA] 2.4 */
#define SAT_MAPI_BUFFER_TOO_SMALL 0x47d

enum sat_mapi_step {
  SAT_MAPI_FAILED = -1,
  SAT_MAPI_SEND,  /* send the request, then sat_mapi_batch_take */
  SAT_MAPI_SLEEP, /* wait, then go on */
  SAT_MAPI_DONE
};

struct sat_mapi_batch {
  struct sat_mapi_session *session; /* borrowed */
  struct sat_mapi_sent *rops;
  uint32_t n, cap;
  struct sat_buf bytes; /* all requests, one behind the other */
  bool safe;            /* may be executed twice */
  /* the Execute under way: rops from 'first' up to 'next' */
  uint32_t first, next;
  uint32_t max_rops; /* per Execute; 0: no limit */
  struct sat_buf payload, rop_buffer;
  uint32_t slots[SAT_MAPI_MAX_HANDLES];
  struct sat_mapi_handle *slot_handles[SAT_MAPI_MAX_HANDLES];
  uint32_t slot_n;
  /* what came */
  struct sat_arena arena;
  struct sat_mapi_answer *answers;
  uint32_t answer_n, answer_cap;
  bool pending;      /* RopPending: more notifications wait */
  unsigned backoffs; /* in a row */
  double sleep;      /* seconds to wait before the next Execute */
  uint32_t executes; /* how many were made */
};

void sat_mapi_batch_init(struct sat_mapi_batch *b, struct sat_mapi_session *s);
void sat_mapi_batch_clear(struct sat_mapi_batch *b);

/* Adds a ROP, copying its bytes; gives its index.  -1 with the error if it
** could never be sent: kind "limit". */
int64_t sat_mapi_batch_add(struct sat_mapi_batch *b,
                           const struct sat_mapi_rop *rop,
                           struct sat_error *err);

/* The handle that this ROP opens, borrowed; NULL if it opens none. */
struct sat_mapi_handle *sat_mapi_batch_output(const struct sat_mapi_batch *b,
                                              uint32_t index);

/* What is to be done now.  SAT_MAPI_SEND leaves the request in 'q' and
** forgets the answers taken before; SAT_MAPI_SLEEP leaves *seconds_r. */
enum sat_mapi_step sat_mapi_batch_step(struct sat_mapi_batch *b,
                                       struct sat_mapi_request *q,
                                       double *seconds_r,
                                       struct sat_error *err);

/* The answer to that request.  0 with the answers in b->answers, or -1. */
int sat_mapi_batch_take(struct sat_mapi_batch *b,
                        const struct sat_mapi_http *http,
                        struct sat_error *err);

/* Internal to mapi_batch*.c */
struct sat_mapi_sent {
  const struct sat_rop *desc;
  uint32_t at, n; /* its bytes */
  struct sat_mapi_handle *input, *second, *output;
  uint32_t offset;    /* in the ROPs of the Execute under way */
  uint8_t logon_id, output_slot;
  uint8_t answer_slot; /* the handle index that its answer has */
  bool chain, keep, answered;
};

int sat_mapi_batch_build(struct sat_mapi_batch *b, struct sat_error *err);
int sat_mapi_batch_read(struct sat_mapi_batch *b, struct sat_bytes rop_buffer,
                        struct sat_error *err);

#endif
