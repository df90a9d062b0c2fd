#include "mail/mapi_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "base/secret.h"
#include "mail/mapi_handle.h"

/* from 16.0.10000 servers answer chained ROPs with several buffers */
#define CLIENT "Outlook/16.0.14326.20454"

int sat_mapi_session_init(struct sat_mapi_session *s, const char *user_dn,
                          const char *client) {
  if (client == NULL) client = CLIENT;
  memset(s, 0, sizeof *s);
  s->user_dn = sat_secret_copy(user_dn, strlen(user_dn));
  s->client = sat_secret_copy(client, strlen(client));
  s->code_page = 1252;
  s->locale = 1033;
  s->limits = (struct sat_mapi_limits){
      .request = SAT_MAPI_MAX_REQUEST,
      .handles = SAT_MAPI_MAX_HANDLES,
      .response = SAT_MAPI_MAX_RESPONSE,
      .backoffs = 20,
  };
  return s->user_dn != NULL && s->client != NULL ? 0 : -1;
}

void sat_mapi_session_clear(struct sat_mapi_session *s) {
  sat_mapi_handles_orphan(s);
  sat_mapi_cookies_clear(&s->cookies);
  sat_secret_free(&s->user_dn);
  sat_secret_free(&s->client);
  sat_buf_free(&s->releases);
  s->connected = false;
}

void sat_mapi_session_lost(struct sat_mapi_session *s) {
  s->connected = false;
  sat_buf_clear(&s->releases);
}

void sat_mapi_request_free(struct sat_mapi_request *q) {
  sat_buf_free(&q->headers);
  sat_buf_free(&q->body);
}

static void header(struct sat_mapi_request *q, const char *name,
                   const char *value) {
  sat_buf_str(&q->headers, name);
  sat_buf_str(&q->headers, ": ");
  sat_buf_str(&q->headers, value);
  sat_buf_u8(&q->headers, 0);
}

static void cookie_header(struct sat_mapi_session *s,
                          struct sat_mapi_request *q) {
  if (s->cookies.n == 0) return;
  sat_buf_str(&q->headers, "Cookie: ");
  sat_mapi_cookies_put(&s->cookies, &q->headers);
  sat_buf_u8(&q->headers, 0);
}

/* [MS-OXCMAPIHTTP] 2.2.3.3 */
static int begin(struct sat_mapi_session *s, struct sat_mapi_request *q,
                 const char *type) {
  char id[64];
  snprintf(id, sizeof id, "{%s}:%u", s->instance, ++s->request_n);
  sat_buf_clear(&q->headers);
  sat_buf_clear(&q->body);
  header(q, "Content-Type", "application/mapi-http");
  header(q, "X-RequestType", type);
  header(q, "X-RequestId", id);
  id[38] = '\0';
  header(q, "X-ClientInfo", id);
  header(q, "X-ClientApplication", s->client);
  cookie_header(s, q);
  return q->headers.failed ? -1 : 0;
}

static int done(const struct sat_mapi_request *q) {
  return q->headers.failed || q->body.failed ? -1 : 0;
}

/* [MS-OXCMAPIHTTP] 2.2.4.1.1 */
int sat_mapi_ask_connect(struct sat_mapi_session *s,
                         struct sat_mapi_request *q) {
  struct sat_guid g;
  if (!sat_guid_random(&g)) return -1;
  sat_guid_format(&g, s->instance);
  s->request_n = 0;
  sat_mapi_session_lost(s);
  sat_mapi_cookies_clear(&s->cookies);
  if (begin(s, q, "Connect") < 0) return -1;
  sat_buf_put(&q->body, s->user_dn, strlen(s->user_dn) + 1);
  sat_buf_u32(&q->body, 0); /* Flags */
  sat_buf_u32(&q->body, s->code_page);
  sat_buf_u32(&q->body, s->locale); /* for sorting */
  sat_buf_u32(&q->body, s->locale); /* for everything else */
  sat_buf_u32(&q->body, 0);         /* no auxiliary buffer */
  return done(q);
}

/* [MS-OXCMAPIHTTP] 2.2.4.2.1 */
int sat_mapi_ask_execute(struct sat_mapi_session *s, uint32_t flags,
                         const struct sat_buf *rop_buffer,
                         struct sat_mapi_request *q) {
  if (begin(s, q, "Execute") < 0) return -1;
  sat_buf_u32(&q->body, flags);
  sat_buf_u32(&q->body, (uint32_t)rop_buffer->n);
  sat_buf_put(&q->body, rop_buffer->p, rop_buffer->n);
  sat_buf_u32(&q->body, s->limits.response);
  sat_buf_u32(&q->body, 0);
  return done(q);
}

int sat_mapi_ask_disconnect(struct sat_mapi_session *s,
                            struct sat_mapi_request *q) {
  if (begin(s, q, "Disconnect") < 0) return -1;
  sat_buf_u32(&q->body, 0);
  return done(q);
}

int sat_mapi_ask_ping(struct sat_mapi_session *s, struct sat_mapi_request *q) {
  return begin(s, q, "PING");
}

int sat_mapi_ask_wait(struct sat_mapi_session *s, struct sat_mapi_request *q) {
  if (begin(s, q, "NotificationWait") < 0) return -1;
  sat_buf_u32(&q->body, 0); /* Flags */
  sat_buf_u32(&q->body, 0);
  return done(q);
}

static void take_cookies(struct sat_mapi_session *s,
                         const struct sat_mapi_header *h, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (sat_mapi_same(h[i].name, "Set-Cookie"))
      sat_mapi_cookies_take(&s->cookies, h[i].value);
}

static void take_number(const struct sat_mapi_http *http, const char *name,
                        uint32_t *number_r) {
  struct sat_bytes v;
  if (sat_mapi_header_find(http->headers, http->n, name, &v))
    sat_mapi_number(v, number_r);
}

/* The common part of all answers; gives the body proper. */
static int take(struct sat_mapi_session *s, const struct sat_mapi_http *http,
                struct sat_bytes *body_r, struct sat_error *err) {
  struct sat_mapi_envelope e;
  bool lost;
  take_cookies(s, http->headers, http->n);
  if (sat_mapi_reply_check(http, &e, &lost, err) < 0) {
    if (lost) sat_mapi_session_lost(s);
    return -1;
  }
  take_cookies(s, e.headers, e.n);
  take_number(http, "X-PendingPeriod", &s->pending_period);
  take_number(http, "X-ExpirationInfo", &s->expires);
  *body_r = e.body;
  return 0;
}

/* StatusCode, then ErrorCode: what every body but that of PING begins with */
static int take_codes(struct sat_reader *r, const char *type,
                      struct sat_error *err) {
  uint32_t status = sat_reader_u32(r), code = 0;
  if (status == 0) code = sat_reader_u32(r);
  if (!sat_reader_ok(r)) return -1;
  if (status == 0 && code == 0) return 0;
  sat_error_set(err, SAT_E_SERVER,
                status != 0 ? "%s was not accepted: StatusCode 0x%08x"
                            : "%s failed: ErrorCode 0x%08x",
                type, status != 0 ? status : code);
  err->code = status != 0 ? status : code;
  return -1;
}

static int open_body(struct sat_mapi_session *s,
                     const struct sat_mapi_http *http, const char *type,
                     struct sat_reader *r, struct sat_error *err) {
  struct sat_bytes body;
  if (take(s, http, &body, err) < 0) return -1;
  sat_reader_init(r, body.p, body.n, NULL, err);
  sat_reader_push(r, type, -1);
  return take_codes(r, type, err);
}

/* Behind the last field comes an auxiliary buffer, which nobody needs. */
static int close_body(struct sat_reader *r) {
  sat_reader_bytes(r, sat_reader_u32(r));
  if (sat_reader_left(r) > 0)
    return sat_reader_fail(r, "%zu bytes too many", sat_reader_left(r));
  return sat_reader_ok(r) ? 0 : -1;
}

/* [MS-OXCMAPIHTTP] 2.2.4.1.2 */
int sat_mapi_take_connect(struct sat_mapi_session *s,
                          const struct sat_mapi_http *http,
                          struct sat_mapi_connected *c_r,
                          struct sat_error *err) {
  struct sat_reader r;
  if (open_body(s, http, "connect", &r, err) < 0) return -1;
  c_r->polls_max = sat_reader_u32(&r);
  c_r->retry_count = sat_reader_u32(&r);
  c_r->retry_delay = sat_reader_u32(&r);
  c_r->dn_prefix = sat_reader_zstr(&r);
  c_r->display_name = sat_reader_zstr16(&r);
  if (close_body(&r) < 0) return -1;
  s->connected = true;
  s->generation++;
  return 0;
}

/* [MS-OXCMAPIHTTP] 2.2.4.2.2 */
int sat_mapi_take_execute(struct sat_mapi_session *s,
                          const struct sat_mapi_http *http,
                          struct sat_bytes *rop_buffer_r,
                          struct sat_error *err) {
  struct sat_reader r;
  if (open_body(s, http, "execute", &r, err) == 0) {
    sat_reader_u32(&r); /* Flags, reserved */
    *rop_buffer_r = sat_reader_bytes(&r, sat_reader_u32(&r));
    if (close_body(&r) == 0) return 0;
  }
  if (err->kind == SAT_E_PROTOCOL) sat_mapi_session_lost(s);
  return -1;
}

int sat_mapi_take_disconnect(struct sat_mapi_session *s,
                             const struct sat_mapi_http *http,
                             struct sat_error *err) {
  struct sat_reader r;
  int ret = open_body(s, http, "disconnect", &r, err);
  sat_mapi_session_lost(s);
  return ret < 0 ? -1 : close_body(&r);
}

int sat_mapi_take_ping(struct sat_mapi_session *s,
                       const struct sat_mapi_http *http,
                       struct sat_error *err) {
  struct sat_bytes body;
  return take(s, http, &body, err);
}

/* [MS-OXCMAPIHTTP] 2.2.4.4.2 */
int sat_mapi_take_wait(struct sat_mapi_session *s,
                       const struct sat_mapi_http *http, bool *event_r,
                       struct sat_error *err) {
  struct sat_reader r;
  bool connected = s->connected;
  if (open_body(s, http, "notification_wait", &r, err) < 0) {
    /* it is no part of the sequence: only a refusal tells of the context */
    if (err->code == 0) s->connected = connected;
    return -1;
  }
  *event_r = (sat_reader_u32(&r) & 1) != 0;
  return close_body(&r);
}
