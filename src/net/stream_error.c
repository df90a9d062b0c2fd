/*
** What went wrong with a stream, as an error record.
*/
#include <errno.h>
#include <string.h>

#include "net/stream_state.h"

static bool is_temporary(const struct sat_stream *s) {
  return s->err.kind == SAT_E_NETWORK || s->err.kind == SAT_E_TIMEOUT;
}

/* why the last attempt to connect failed */
static long os_error(const struct sat_stream *s) {
  long os = 0;
  curl_easy_getinfo(s->easy, CURLINFO_OS_ERRNO, &os);
  return os;
}

/* "resolve" "connect" "proxy": how far libcurl came */
static const char *stage_of(struct sat_stream *s) {
  curl_off_t t = 0;
  curl_easy_getinfo(s->easy, CURLINFO_NAMELOOKUP_TIME_T, &t);
  if (t == 0) return "resolve";
  return s->proxy[0] != '\0' && os_error(s) == 0 ? "proxy" : "connect";
}

static const char *detail_of(const struct sat_stream *s, CURLcode code) {
  return s->detail[0] != '\0' ? s->detail : curl_easy_strerror(code);
}

static void explain_refused(struct sat_stream *s, CURLcode code) {
  const char *place = s->proxy[0] != '\0' ? s->proxy : s->place;
  long os = os_error(s);
  if (os == ECONNREFUSED) {
    sat_error_set(&s->err, SAT_E_NETWORK, "%s refuses connections", place);
    s->failure.hint = "is this the port, and does the server run?";
  } else if (os == ENETUNREACH || os == EHOSTUNREACH) {
    sat_error_set(&s->err, SAT_E_NETWORK, "there is no way to %s", place);
  } else {
    sat_error_set(&s->err, SAT_E_NETWORK, "cannot connect to %s: %s", place,
                  detail_of(s, code));
  }
}

static void explain_proxy(struct sat_stream *s, CURLcode code) {
  long status = 0;
  curl_easy_getinfo(s->easy, CURLINFO_HTTP_CONNECTCODE, &status);
  s->failure.stage = "proxy";
  if (status == 407) {
    sat_error_set(&s->err, SAT_E_AUTH, "the proxy %s wants credentials",
                  s->proxy);
    s->failure.hint = "give them in proxy = \"http://user:password@host\"";
  } else if (status >= 300) {
    sat_error_set(&s->err, SAT_E_NETWORK,
                  "the proxy %s does not connect to %s: it answers %ld",
                  s->proxy, s->place, status);
  } else {
    sat_error_set(&s->err, SAT_E_NETWORK,
                  "the proxy %s does not connect to %s: %s", s->proxy,
                  s->place, detail_of(s, code));
  }
}

static void explain_slow_start(struct sat_stream *s) {
  const char *what = "no TLS with";
  const char *place = s->place;
  s->failure.stage = "tls";
  if (s->stage == SAT_STREAM_CONNECTING) {
    s->failure.stage = stage_of(s);
    what = strcmp(s->failure.stage, "resolve") == 0 ? "cannot find"
                                                    : "no connection to";
  }
  sat_error_set(&s->err, SAT_E_TIMEOUT, "%s %s within %g s", what, place,
                s->timeout);
}

void sat_stream_explain_connect(struct sat_stream *s, CURLcode code) {
  bool proxied = s->proxy[0] != '\0';
  s->failure.stage = stage_of(s);
  switch ((int)code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      sat_error_set(&s->err, SAT_E_NETWORK, "cannot find host %s", s->host);
      s->failure.hint = "is the name spelt right?";
      break;
    case CURLE_COULDNT_RESOLVE_PROXY:
      sat_error_set(&s->err, SAT_E_NETWORK, "cannot find the proxy %s",
                    s->proxy);
      break;
    case CURLE_COULDNT_CONNECT:
      if (proxied && strcmp(s->failure.stage, "proxy") == 0)
        explain_proxy(s, code);
      else
        explain_refused(s, code);
      break;
    case CURLE_OPERATION_TIMEDOUT: explain_slow_start(s); break;
    case CURLE_OUT_OF_MEMORY:
      sat_error_set(&s->err, SAT_E_MEMORY, "not enough memory");
      break;
    default:
      if (proxied)
        explain_proxy(s, code);
      else
        explain_refused(s, code);
  }
  s->err.retryable = is_temporary(s);
}

void sat_stream_explain_timeout(struct sat_stream *s) {
  if (s->stage != SAT_STREAM_OPEN) {
    explain_slow_start(s);
  } else {
    s->failure.stage = s->waits_out ? "send" : "receive";
    sat_error_set(&s->err, SAT_E_TIMEOUT, "%s %s within %g s",
                  s->waits_out ? "cannot send all to" : "no answer from",
                  s->place, s->idle);
  }
  s->err.retryable = true;
}

void sat_stream_explain_closed(struct sat_stream *s) {
  s->failure.stage = "receive";
  s->failure.closed = true;
  sat_error_set(&s->err, SAT_E_NETWORK, "%s closed the connection",
                s->place);
  s->err.retryable = true;
}

static bool is_closing(int code) {
  return code == ECONNRESET || code == EPIPE || code == ECONNABORTED;
}

void sat_stream_explain_errno(struct sat_stream *s, int code,
                              const char *stage) {
  if (is_closing(code))
    sat_stream_explain_closed(s);
  else
    sat_error_set(&s->err, SAT_E_NETWORK, "the connection to %s broke: %s",
                  s->place, strerror(code));
  s->failure.stage = stage;
  s->err.retryable = true;
}

void sat_stream_explain_tls(struct sat_stream *s, const char *stage) {
  int code = sat_tls_session_errno(s->tls);
  bool open = s->stage == SAT_STREAM_OPEN;
  if (open && is_closing(code)) {
    sat_stream_explain_errno(s, code, stage);
    return;
  }
  sat_tls_session_explain(s->tls, s->place, &s->err, &s->failure.hint);
  s->failure.stage = open ? stage : "tls";
  s->failure.closed = open && s->err.kind == SAT_E_NETWORK;
  s->err.retryable = is_temporary(s);
}
