/*
** One HTTP request and its response.  It starts when it is made and goes on
** while the loop runs; connections are kept open for the next request.
** Nothing is followed and nothing is repeated: redirects are responses, and
** a request whose answer was lost is sent again only if it may be.
** A status other than 401 and 407 is no error here, and 401 is none where
** the request says so.
*/
#ifndef sat_http_h
#define sat_http_h

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "net/http_head.h"
#include "net/loop.h"
#include "net/tls.h"
#include "net/trace.h"

enum sat_http_auth_methods {
  SAT_AUTH_BASIC = 1,
  SAT_AUTH_NTLM = 2,
  SAT_AUTH_BEARER = 4,
  SAT_AUTH_NEGOTIATE = 8 /* ORDER: the greater the stronger */
};

/* All strings are copied. */
struct sat_http_request {
  const char *method, *url;
  const char *const *headers; /* "Name: value" */
  size_t header_n;
  const void *body;
  size_t body_n;
  const char *user, *password, *token;
  unsigned methods; /* sat_http_auth_methods that may be used; 0: none */
  struct sat_tls tls;
  const char *proxy;   /* NULL: as the environment says; "": none */
  double timeout;      /* seconds for all of it; 0: no limit */
  double idle_timeout; /* seconds without a byte; 0: no limit */
  size_t max_body;     /* 0: SAT_HTTP_BODY */
  size_t max_head;     /* 0: SAT_HTTP_HEAD */
  bool repeatable;     /* libcurl may send it again on a new connection */
  bool any_status;     /* 401 is a response like any other */
  bool trace;
};

#define SAT_HTTP_BODY ((size_t)64 << 20)
#define SAT_HTTP_HEAD ((size_t)64 << 10)

/* what an error record has no place for */
struct sat_http_failure {
  const char *hint;    /* static text, or NULL */
  const char *stage;   /* "resolve" "connect" "tls" "send" "answer" */
  bool sent;           /* the server may have seen the request */
  unsigned status;     /* 401 or 407; else 0 */
  unsigned offered;    /* sat_http_auth_methods of such an answer */
};

struct sat_http;

/* NULL after recording an error. */
struct sat_http *sat_http_new(struct sat_loop *loop,
                              const struct sat_http_request *r,
                              struct sat_error *err);
void sat_http_free(struct sat_http **h);

struct sat_op *sat_http_op(struct sat_http *h);

/* 1: the response is there; 0: not yet; -1: it failed, see sat_http_error */
int sat_http_step(struct sat_http *h);

/* Ends it with an error of kind cancelled. */
void sat_http_cancel(struct sat_http *h);

const struct sat_error *sat_http_error(const struct sat_http *h);
const struct sat_http_failure *sat_http_failed(const struct sat_http *h);

const struct sat_http_head *sat_http_response(const struct sat_http *h);

/* the bytes of the body that have come so far */
const struct sat_buf *sat_http_body(const struct sat_http *h);

/* Frees the body's memory: who wanted it has it. */
void sat_http_take_body(struct sat_http *h);

const char *sat_http_url(const struct sat_http *h);

/* "host:port", for messages */
const char *sat_http_place(const struct sat_http *h);
const struct sat_trace *sat_http_trace(const struct sat_http *h);

/* connections that had to be made; 0: an open one was used */
long sat_http_connections(const struct sat_http *h);

/* the method by which the server was satisfied; 0: none, or not known */
unsigned sat_http_authenticated(const struct sat_http *h);

/* "basic", …; NULL if it is not exactly one */
const char *sat_http_method_name(unsigned method);

#endif
