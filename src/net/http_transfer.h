/*
** What the files of a transfer share: http.c runs it, http_setup.c turns a
** request into libcurl's options, http_error.c puts failures into words.
*/
#ifndef sat_http_transfer_h
#define sat_http_transfer_h

#include <curl/curl.h>

#include "net/http.h"
#include "net/multi.h"
#include "net/proxy.h"

struct sat_http {
  struct sat_op op;
  struct sat_transfer transfer;
  CURL *easy; /* NULL once it has ended and was looked at */
  bool running;

  /* the request, permanent */
  struct curl_slist *lines;
  struct sat_buf body;
  size_t body_at;
  unsigned methods;
  bool repeatable;
  bool any_status;
  bool shakes_hands; /* connected, TLS has begun */
  double timeout, idle_timeout;
  char place[300]; /* "host:port" */
  struct sat_proxy proxy;

  /* the response */
  struct sat_http_head head;
  struct sat_buf in;
  struct sat_timer timer;
  double deadline, active;
  char detail[CURL_ERROR_SIZE];
  struct sat_error err;
  struct sat_http_failure failure;
  struct sat_trace trace;
  char *url;
  long connections;
  unsigned offered;
};

/* Sets everything but the callbacks.  -1 after recording an error. */
int sat_http_setup(struct sat_http *h, const struct sat_http_request *r,
                   struct sat_error *err);

/* Records in h->err and h->failure why the transfer ended. */
void sat_http_explain(struct sat_http *h, CURLcode code);
void sat_http_explain_timeout(struct sat_http *h, bool idle);

/* An answer of 401 or 407 is an error, and one whose head was cut. */
void sat_http_explain_status(struct sat_http *h);

#endif
