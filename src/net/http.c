#include "net/http.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "net/http_transfer.h"

static void touch(struct sat_http *h) { h->active = sat_clock(); }

static size_t on_head(char *p, size_t size, size_t n, void *arg) {
  struct sat_http *h = arg;
  touch(h);
  return sat_http_head_line(&h->head, p, size * n) ? size * n : 0;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg) {
  struct sat_http *h = arg;
  touch(h);
  sat_buf_put(&h->in, p, size * n);
  return h->in.failed ? 0 : size * n;
}

static size_t on_send(char *p, size_t size, size_t n, void *arg) {
  struct sat_http *h = arg;
  size_t left = h->body.n - h->body_at;
  if (left > size * n) left = size * n;
  touch(h);
  if (left > 0) memcpy(p, h->body.p + h->body_at, left);
  h->body_at += left;
  return left;
}

/* Rewinding is right when the server has answered (authentication goes on)
** and wrong when a connection broke: the request may have been obeyed. */
static int on_rewind(void *arg, curl_off_t offset, int origin) {
  struct sat_http *h = arg;
  if (origin != SEEK_SET || offset < 0 || (size_t)offset > h->body.n)
    return CURL_SEEKFUNC_FAIL;
  if ((size_t)offset != h->body_at && h->head.status == 0 && !h->repeatable)
    return CURL_SEEKFUNC_FAIL;
  h->body_at = (size_t)offset;
  return CURL_SEEKFUNC_OK;
}

/* the one thing of which every libcurl tells, and that means "connected" */
static CURLcode on_tls(CURL *easy, void *ctx, void *arg) {
  struct sat_http *h = arg;
  (void)easy, (void)ctx;
  h->shakes_hands = true;
  return CURLE_OK;
}

static int on_trace(CURL *easy, curl_infotype type, char *p, size_t n,
                    void *arg) {
  struct sat_http *h = arg;
  (void)easy;
  switch (type) {
    case CURLINFO_HEADER_OUT: sat_trace_head(&h->trace, true, p, n); break;
    case CURLINFO_HEADER_IN: sat_trace_head(&h->trace, false, p, n); break;
    case CURLINFO_DATA_OUT: sat_trace_body(&h->trace, true, n); break;
    case CURLINFO_DATA_IN: sat_trace_body(&h->trace, false, n); break;
    default: break;
  }
  return 0;
}

static unsigned methods_of(long bits) {
  unsigned methods = 0;
  if (bits & (long)CURLAUTH_BASIC) methods |= SAT_AUTH_BASIC;
  if (bits & (long)CURLAUTH_NTLM) methods |= SAT_AUTH_NTLM;
  if (bits & (long)CURLAUTH_BEARER) methods |= SAT_AUTH_BEARER;
  if (bits & (long)CURLAUTH_NEGOTIATE) methods |= SAT_AUTH_NEGOTIATE;
  return methods;
}

static void look(struct sat_http *h) {
  long offered = 0;
  char *url = NULL;
  curl_easy_getinfo(h->easy, CURLINFO_HTTPAUTH_AVAIL, &offered);
  curl_easy_getinfo(h->easy, CURLINFO_NUM_CONNECTS, &h->connections);
  curl_easy_getinfo(h->easy, CURLINFO_EFFECTIVE_URL, &url);
  h->offered = methods_of(offered);
  if (url != NULL) h->url = strdup(url);
}

/* the request may carry a password */
static void forget(struct sat_buf *b) {
  if (b->p != NULL) sat_secret_wipe(b->p, b->n);
  sat_buf_free(b);
}

/* libcurl has let go of the transfer, or is made to */
static void finish(struct sat_http *h) {
  h->running = false;
  sat_loop_stop(h->op.loop, &h->timer);
  curl_easy_cleanup(h->easy);
  h->easy = NULL;
  forget(&h->body);
  sat_op_finish(&h->op);
}

static void on_done(struct sat_transfer *t, CURLcode code) {
  struct sat_http *h =
      (struct sat_http *)((char *)t - offsetof(struct sat_http, transfer));
  look(h);
  if (code != CURLE_OK)
    sat_http_explain(h, code);
  else
    sat_http_explain_status(h);
  finish(h);
}

static double next_check(const struct sat_http *h) {
  double at = h->deadline;
  if (h->idle_timeout > 0 &&
      (at == 0 || h->active + h->idle_timeout < at))
    at = h->active + h->idle_timeout;
  return at;
}

static void stop(struct sat_http *h) {
  sat_multi_stop(h->op.loop, h->easy);
  look(h);
  finish(h);
}

static void on_timer(void *arg) {
  struct sat_http *h = arg;
  double now = sat_clock(), at = next_check(h);
  if (at > now) {
    sat_loop_start(h->op.loop, &h->timer, at - now);
    return;
  }
  sat_http_explain_timeout(h, h->deadline == 0 || h->deadline > now);
  stop(h);
}

static void set_callbacks(struct sat_http *h, bool trace) {
  CURL *easy = h->easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &h->transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, h);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, h);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_send);
  curl_easy_setopt(easy, CURLOPT_READDATA, h);
  curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_rewind);
  curl_easy_setopt(easy, CURLOPT_SEEKDATA, h);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, h);
  if (!trace) return;
  curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_trace);
  curl_easy_setopt(easy, CURLOPT_DEBUGDATA, h);
}

static int start(struct sat_http *h, const struct sat_http_request *r,
                 struct sat_error *err) {
  double at;
  if (sat_http_setup(h, r, err) < 0) return -1;
  set_callbacks(h, r->trace);
  touch(h);
  h->timer.run = on_timer;
  h->timer.arg = h;
  if (h->timeout > 0) h->deadline = h->active + h->timeout;
  at = next_check(h);
  if (at > 0 &&
      sat_loop_start(h->op.loop, &h->timer, at - h->active) < 0)
    return sat_error_set(err, SAT_E_MEMORY, "not enough memory");
  if (sat_multi_start(h->op.loop, h->easy, err) < 0) return -1;
  h->running = true;
  return 0;
}

struct sat_http *sat_http_new(struct sat_loop *loop,
                              const struct sat_http_request *r,
                              struct sat_error *err) {
  struct sat_http *h = calloc(1, sizeof *h);
  if (h != NULL) {
    sat_op_init(&h->op, loop);
    h->transfer.done = on_done;
    h->easy = curl_easy_init();
  }
  if (h == NULL || h->easy == NULL)
    sat_error_set(err, SAT_E_MEMORY, "not enough memory");
  else if (start(h, r, err) == 0)
    return h;
  sat_http_free(&h);
  return NULL;
}

void sat_http_free(struct sat_http **hp) {
  struct sat_http *h = *hp;
  *hp = NULL;
  if (h == NULL) return;
  if (h->running) sat_multi_stop(h->op.loop, h->easy);
  if (h->easy != NULL) curl_easy_cleanup(h->easy);
  sat_loop_stop(h->op.loop, &h->timer);
  sat_op_drop(&h->op);
  curl_slist_free_all(h->lines);
  forget(&h->body);
  sat_buf_free(&h->in);
  sat_http_head_free(&h->head);
  sat_trace_free(&h->trace);
  free(h->url);
  free(h);
}

struct sat_op *sat_http_op(struct sat_http *h) { return &h->op; }

int sat_http_step(struct sat_http *h) {
  if (!h->op.done) return 0;
  return h->err.kind != SAT_OK ? -1 : 1;
}

void sat_http_cancel(struct sat_http *h) {
  if (h->op.done) return;
  sat_error_set(&h->err, SAT_E_CANCELLED, "the request to %s was cancelled",
                h->place);
  stop(h);
}

const struct sat_error *sat_http_error(const struct sat_http *h) {
  return &h->err;
}

const struct sat_http_failure *sat_http_failed(const struct sat_http *h) {
  return &h->failure;
}

const struct sat_http_head *sat_http_response(const struct sat_http *h) {
  return &h->head;
}

const struct sat_buf *sat_http_body(const struct sat_http *h) {
  return &h->in;
}

void sat_http_take_body(struct sat_http *h) { sat_buf_free(&h->in); }

const char *sat_http_url(const struct sat_http *h) { return h->url; }

const char *sat_http_place(const struct sat_http *h) { return h->place; }

const struct sat_trace *sat_http_trace(const struct sat_http *h) {
  return &h->trace;
}

long sat_http_connections(const struct sat_http *h) { return h->connections; }

unsigned sat_http_authenticated(const struct sat_http *h) {
  unsigned both = h->offered & h->methods, method = SAT_AUTH_NEGOTIATE;
  if (h->methods != 0 && (h->methods & (h->methods - 1)) == 0)
    return h->methods;
  while (method != 0 && (both & method) == 0) method /= 2;
  return method;
}

const char *sat_http_method_name(unsigned method) {
  switch (method) {
    case SAT_AUTH_BASIC: return "basic";
    case SAT_AUTH_NTLM: return "ntlm";
    case SAT_AUTH_BEARER: return "bearer";
    case SAT_AUTH_NEGOTIATE: return "negotiate";
    default: return NULL;
  }
}
