/*
** An HTTP answer of a MAPI endpoint, judged: HTTP status, content type,
** X-ResponseCode ([MS-OXCMAPIHTTP] 2.2.3.3.3), envelope.  It knows nothing
** of sessions or ROPs.
*/
#ifndef sat_mapi_reply_h
#define sat_mapi_reply_h

#include <stdbool.h>

#include "mail/mapi_envelope.h"

/* what the transport received; everything is borrowed */
struct sat_mapi_http {
  int status;
  const struct sat_mapi_header *headers;
  size_t n;
  struct sat_bytes body;
};

/* X-ResponseCode */
enum sat_mapi_response_code {
  SAT_MAPI_SUCCESS = 0,
  SAT_MAPI_ANONYMOUS = 8,
  SAT_MAPI_TOO_LARGE = 9,
  SAT_MAPI_CONTEXT_NOT_FOUND = 10,
  SAT_MAPI_NO_PRIVILEGE = 11,
  SAT_MAPI_INVALID_SEQUENCE = 15
};

/* Finds a header; the last of that name wins.  False if there is none. */
bool sat_mapi_header_find(const struct sat_mapi_header *h, size_t n,
                          const char *name, struct sat_bytes *value_r);

/* 0 with the response body proper in e_r->body, or -1 with the error.
** *lost_r tells that the session context is gone, or that nobody can know
** whether it is there: only a new Connect helps. */
int sat_mapi_reply_check(const struct sat_mapi_http *http,
                         struct sat_mapi_envelope *e_r, bool *lost_r,
                         struct sat_error *err);

/* A decimal number of 32 bits; false if it is none. */
bool sat_mapi_number(struct sat_bytes text, uint32_t *number_r);

#endif
