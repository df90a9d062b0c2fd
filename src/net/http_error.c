/*
** What went wrong with a transfer, as an error record.
*/
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "net/http_transfer.h"

static curl_off_t spent(struct sat_http *h, CURLINFO info) {
  curl_off_t t = 0;
  curl_easy_getinfo(h->easy, info, &t);
  return t;
}

/* how far it came */
static const char *stage_of(struct sat_http *h) {
  long sent = 0;
  if (h->head.status != 0) return "answer";
  curl_easy_getinfo(h->easy, CURLINFO_REQUEST_SIZE, &sent);
  if (sent > 0)
    return h->body_at < h->body.n ? "send" : "answer";
  if (spent(h, CURLINFO_NAMELOOKUP_TIME_T) == 0) return "resolve";
  return h->shakes_hands ? "tls" : "connect";
}

static void note_stage(struct sat_http *h) {
  long sent = 0;
  curl_easy_getinfo(h->easy, CURLINFO_REQUEST_SIZE, &sent);
  h->failure.stage = stage_of(h);
  h->failure.sent = sent > 0;
}

static const char *detail_of(struct sat_http *h, CURLcode code) {
  return h->detail[0] != '\0' ? h->detail : curl_easy_strerror(code);
}

static void explain_connect(struct sat_http *h, CURLcode code) {
  long os = 0;
  curl_easy_getinfo(h->easy, CURLINFO_OS_ERRNO, &os);
  if (os == ECONNREFUSED) {
    sat_error_set(&h->err, SAT_E_NETWORK, "%s refuses connections", h->place);
    h->failure.hint = "is this the port, and does the server run?";
  } else if (os == ENETUNREACH || os == EHOSTUNREACH) {
    sat_error_set(&h->err, SAT_E_NETWORK, "there is no way to %s", h->place);
  } else {
    sat_error_set(&h->err, SAT_E_NETWORK, "cannot connect to %s: %s",
                  h->place, detail_of(h, code));
  }
}

static bool explain_proxy(struct sat_http *h, CURLcode code) {
  struct sat_proxy_failure f = {
      .place = h->place, .detail = detail_of(h, code), .err = &h->err};
  if (!sat_proxy_explain(&h->proxy, h->easy, code, &f)) return false;
  h->failure.stage = f.stage;
  h->failure.hint = f.hint;
  return true;
}

/* CURLE_TOO_LARGE, which libcurl has since 8.6; before it is out of memory */
#define TOO_LARGE 100

/* libcurl's own bound is 100 KiB a line */
static bool is_own_bound(const struct sat_http *h, CURLcode code) {
  return ((int)code == TOO_LARGE || code == CURLE_OUT_OF_MEMORY) &&
         !h->head.complete && h->head.status != 0;
}

static void explain_limit(struct sat_http *h, CURLcode code) {
  if (h->head.too_large)
    sat_error_set(&h->err, SAT_E_LIMIT,
                  "%s answered with a head of more than %zu bytes", h->place,
                  h->head.limit);
  else if (h->in.failed)
    sat_error_set(&h->err, SAT_E_LIMIT,
                  "%s answered with more than %zu bytes", h->place,
                  h->in.limit);
  else if (is_own_bound(h, code))
    sat_error_set(&h->err, SAT_E_LIMIT,
                  "%s answered with a header that is too long", h->place);
  else
    sat_error_set(&h->err, code == CURLE_OUT_OF_MEMORY ? SAT_E_MEMORY
                                                       : SAT_E_SERVER,
                  "%s: %s", h->place, detail_of(h, code));
}

static void explain_loss(struct sat_http *h) {
  if (h->head.status == 0)
    sat_error_set(&h->err, SAT_E_NETWORK,
                  "%s closed the connection without an answer", h->place);
  else
    sat_error_set(&h->err, SAT_E_NETWORK,
                  "%s closed the connection in the middle of its answer%s%s",
                  h->place, h->detail[0] != '\0' ? ": " : "", h->detail);
}

static void explain_plain(struct sat_http *h, CURLcode code) {
  size_t host = strcspn(h->place, ":");
  if (h->place[0] == '[') host = strcspn(h->place, "]") + 1;
  switch ((int)code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      sat_error_set(&h->err, SAT_E_NETWORK, "cannot find host %.*s",
                    (int)host, h->place);
      h->failure.hint = "is the name spelt right?";
      break;
    case CURLE_COULDNT_CONNECT: explain_connect(h, code); break;
    case CURLE_OPERATION_TIMEDOUT: sat_http_explain_timeout(h, false); break;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_FAIL_REWIND: explain_loss(h); break;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      sat_error_set(&h->err, SAT_E_PROTOCOL, "%s does not answer in HTTP: %s",
                    h->place, detail_of(h, code));
      break;
    case CURLE_LOGIN_DENIED:
    case CURLE_AUTH_ERROR:
      sat_error_set(&h->err, SAT_E_AUTH, "cannot authenticate at %s: %s",
                    h->place, detail_of(h, code));
      break;
    default: explain_limit(h, code); break;
  }
}

static void trim(char *s) {
  size_t n = strlen(s);
  while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\n')) s[--n] = '\0';
}

/* with whom TLS came to nothing */
static const char *peer_of(struct sat_http *h, char *out, size_t n) {
  long status = 0;
  curl_easy_getinfo(h->easy, CURLINFO_HTTP_CONNECTCODE, &status);
  if (!h->proxy.tls || status != 0) return h->place;
  snprintf(out, n, "the proxy %s", h->proxy.name);
  return out;
}

void sat_http_explain(struct sat_http *h, CURLcode code) {
  char peer[220];
  note_stage(h);
  trim(h->detail);
  if (!h->head.too_large && !h->in.failed &&
      sat_tls_explain(h->easy, code, peer_of(h, peer, sizeof peer),
                      detail_of(h, code), &h->err, &h->failure.hint))
    return;
  if (h->head.too_large || h->in.failed)
    explain_limit(h, code);
  else if (!explain_proxy(h, code))
    explain_plain(h, code);
  h->err.retryable =
      h->err.kind == SAT_E_NETWORK || h->err.kind == SAT_E_TIMEOUT;
}

void sat_http_explain_timeout(struct sat_http *h, bool idle) {
  double seconds = idle ? h->idle_timeout : h->timeout;
  const char *what = "no answer from";
  note_stage(h);
  if (strcmp(h->failure.stage, "resolve") == 0) what = "cannot find";
  if (strcmp(h->failure.stage, "connect") == 0) what = "no connection to";
  if (strcmp(h->failure.stage, "tls") == 0) what = "no TLS with";
  if (strcmp(h->failure.stage, "send") == 0) what = "cannot send all to";
  if (h->head.status != 0) what = "no complete answer from";
  sat_error_set(&h->err, SAT_E_TIMEOUT, "%s %s within %g s", what, h->place,
                seconds);
  h->err.retryable = true;
}

static void list_methods(unsigned offered, char *out, size_t n) {
  static const struct {
    unsigned method;
    const char *name;
  } known[] = {{SAT_AUTH_NEGOTIATE, "Negotiate"},
               {SAT_AUTH_BEARER, "Bearer"},
               {SAT_AUTH_NTLM, "NTLM"},
               {SAT_AUTH_BASIC, "Basic"}};
  size_t at = 0;
  *out = '\0';
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (offered & known[i].method)
      at += (size_t)snprintf(out + at, n - at, "%s%s", at != 0 ? ", " : "",
                             known[i].name);
}

static void explain_refusal(struct sat_http *h, const char *methods) {
  if (h->methods == 0) {
    sat_error_set(&h->err, SAT_E_AUTH,
                  "%s wants to know who asks; it offers %s", h->place,
                  methods);
    h->failure.hint = "give user and password, or token";
  } else if (h->offered != 0 && (h->offered & h->methods) == 0) {
    sat_error_set(&h->err, SAT_E_AUTH,
                  "%s takes none of our ways to authenticate; it offers %s",
                  h->place, methods);
  } else {
    sat_error_set(&h->err, SAT_E_AUTH,
                  "%s refused the credentials; it offers %s", h->place,
                  methods);
    h->failure.hint = "check user name and password, or the token";
  }
}

void sat_http_explain_status(struct sat_http *h) {
  char methods[80];
  struct sat_proxy_failure f = {.place = h->place, .err = &h->err};
  if (h->head.status == 0 || !h->head.complete) {
    sat_http_explain(h, CURLE_PARTIAL_FILE);
    return;
  }
  if (h->head.status != 401 && h->head.status != 407) return;
  if (h->head.status == 401 && h->any_status) return;
  list_methods(h->offered, methods, sizeof methods);
  note_stage(h);
  h->failure.sent = true;
  h->failure.status = h->head.status;
  h->failure.offered = h->offered;
  h->err.code = h->head.status;
  if (h->head.status == 401) {
    explain_refusal(h, methods[0] != '\0' ? methods : "no method");
    return;
  }
  sat_proxy_explain_credentials(&h->proxy, &f);
  h->failure.hint = f.hint;
}
