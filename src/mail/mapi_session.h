/*
** A MAPI/HTTP session context ([MS-OXCMAPIHTTP]): what a client has to
** remember between requests, how each request is made and its answer judged.
** Sans-IO: it makes HTTP requests and takes HTTP answers, and never sends.
**
** Invariants: at most one Execute is under way (its answer renews the
** sequence cookie); a handle of the server is good only in the generation,
** that is since the Connect, in which it was obtained.
*/
#ifndef sat_mapi_session_h
#define sat_mapi_session_h

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/guid.h"
#include "mail/mapi_cookie.h"
#include "mail/mapi_reply.h"

struct sat_mapi_handle;

struct sat_mapi_limits {
  uint32_t request;  /* most bytes of an Execute payload */
  uint32_t handles;  /* most handles of an Execute payload */
  uint32_t response; /* MaxRopOut: most bytes of a ROP buffer in return */
  uint32_t backoffs; /* most waits in a row that RopBackoff may ask for */
};

/* more than this kills real servers: one payload is 32 KiB */
#define SAT_MAPI_MAX_REQUEST 32768u
#define SAT_MAPI_MAX_HANDLES 255u
#define SAT_MAPI_MAX_RESPONSE 0x40000u

struct sat_mapi_session {
  char *user_dn;
  char *client; /* X-ClientApplication */
  uint32_t code_page, locale;
  struct sat_mapi_limits limits;
  /* renewed by each Connect */
  char instance[SAT_GUID_TEXT]; /* X-ClientInfo and X-RequestId */
  uint32_t request_n;
  struct sat_mapi_cookies cookies;
  uint32_t generation; /* 0: never connected */
  bool connected;
  uint32_t pending_period, expires; /* milliseconds, as the server says */
  /* what is open there */
  struct sat_mapi_handle *handles; /* all that exist, see mapi_handle.h */
  struct sat_buf releases;         /* 5 bytes each: handle, logon id */
};

struct sat_mapi_request {
  struct sat_buf headers; /* "Name: value" strings, each with a zero byte */
  struct sat_buf body;
};

/* what Connect tells */
struct sat_mapi_connected {
  uint32_t polls_max, retry_count, retry_delay;
  struct sat_bytes dn_prefix, display_name; /* 8-bit, UTF-16LE */
};

/* Copies what it is given; a NULL client takes the default.  0, or -1
** without memory. */
int sat_mapi_session_init(struct sat_mapi_session *s, const char *user_dn,
                          const char *client);
void sat_mapi_session_clear(struct sat_mapi_session *s);

/* Each appends a request of its type to an empty 'q' (kept and reused by the
** caller).  0, or -1 without memory or randomness. */
int sat_mapi_ask_connect(struct sat_mapi_session *s,
                         struct sat_mapi_request *q);
int sat_mapi_ask_execute(struct sat_mapi_session *s, uint32_t flags,
                         const struct sat_buf *rop_buffer,
                         struct sat_mapi_request *q);
int sat_mapi_ask_disconnect(struct sat_mapi_session *s,
                            struct sat_mapi_request *q);
int sat_mapi_ask_ping(struct sat_mapi_session *s, struct sat_mapi_request *q);
int sat_mapi_ask_wait(struct sat_mapi_session *s, struct sat_mapi_request *q);

/* Execute Flags ([MS-OXCMAPIHTTP] 2.2.4.2.1) */
#define SAT_MAPI_NO_COMPRESSION 0x1u
#define SAT_MAPI_NO_XOR_MAGIC 0x2u
#define SAT_MAPI_CHAIN 0x4u

/* Each takes the answer; 0, or -1 with the error.  An answer that leaves the
** session context useless disconnects the session. */
int sat_mapi_take_connect(struct sat_mapi_session *s,
                          const struct sat_mapi_http *http,
                          struct sat_mapi_connected *c_r,
                          struct sat_error *err);
int sat_mapi_take_execute(struct sat_mapi_session *s,
                          const struct sat_mapi_http *http,
                          struct sat_bytes *rop_buffer_r,
                          struct sat_error *err);
int sat_mapi_take_disconnect(struct sat_mapi_session *s,
                             const struct sat_mapi_http *http,
                             struct sat_error *err);
int sat_mapi_take_ping(struct sat_mapi_session *s,
                       const struct sat_mapi_http *http,
                       struct sat_error *err);
/* *event_r: something happened; only an Execute says what */
int sat_mapi_take_wait(struct sat_mapi_session *s,
                       const struct sat_mapi_http *http, bool *event_r,
                       struct sat_error *err);

/* No answer came, so nobody knows the state of the context. */
void sat_mapi_session_lost(struct sat_mapi_session *s);

void sat_mapi_request_free(struct sat_mapi_request *q);

#endif
