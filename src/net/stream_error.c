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
  return s->proxy.name[0] != '\0' && os_error(s) == 0 ? "proxy" : "connect";
}

static const char *detail_of(const struct sat_stream *s, CURLcode code) {
  return s->detail[0] != '\0' ? s->detail : curl_easy_strerror(code);
}

static void explain_refused(struct sat_stream *s, CURLcode code) {
  long os = os_error(s);
  if (os == ECONNREFUSED) {
    sat_error_set(&s->err, SAT_E_NETWORK, "%s refuses connections", s->place);
    s->failure.hint = "is this the port, and does the server run?";
  } else if (os == ENETUNREACH || os == EHOSTUNREACH) {
    sat_error_set(&s->err, SAT_E_NETWORK, "there is no way to %s", s->place);
  } else {
    sat_error_set(&s->err, SAT_E_NETWORK, "cannot connect to %s: %s",
                  s->place, detail_of(s, code));
  }
}

static bool explain_proxy(struct sat_stream *s, CURLcode code) {
  struct sat_proxy_failure f = {
      .place = s->place, .detail = detail_of(s, code), .err = &s->err};
  if (s->proxy.name[0] == '\0') return false;
  if (!sat_proxy_explain(&s->proxy, s->easy, code, &f)) return false;
  s->failure.stage = f.stage;
  s->failure.hint = f.hint;
  return true;
}

static void explain_slow_start(struct sat_stream *s) {
  bool connecting = s->stage == SAT_STREAM_CONNECTING;
  bool proxied = connecting && s->proxy.name[0] != '\0';
  const char *what = "no TLS with";
  s->failure.stage = connecting ? stage_of(s) : "tls";
  if (connecting)
    what = strcmp(s->failure.stage, "resolve") == 0 ? "cannot find"
                                                    : "no connection to";
  sat_error_set(&s->err, SAT_E_TIMEOUT, "%s %s%s%s within %g s", what,
                s->place, proxied ? " by the proxy " : "",
                proxied ? s->proxy.name : "", s->timeout);
}

/* what is said after a proxy took the connection is said of it */
static void explain_other(struct sat_stream *s, CURLcode code) {
  if (s->proxy.name[0] != '\0') {
    s->failure.stage = "proxy";
    sat_error_set(&s->err, SAT_E_NETWORK,
                  "the proxy %s does not connect to %s: %s", s->proxy.name,
                  s->place, detail_of(s, code));
  } else {
    explain_refused(s, code);
  }
}

void sat_stream_explain_connect(struct sat_stream *s, CURLcode code) {
  s->failure.stage = stage_of(s);
  switch ((int)code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      sat_error_set(&s->err, SAT_E_NETWORK, "cannot find host %s", s->host);
      s->failure.hint = "is the name spelt right?";
      break;
    case CURLE_OPERATION_TIMEDOUT: explain_slow_start(s); break;
    case CURLE_OUT_OF_MEMORY:
      sat_error_set(&s->err, SAT_E_MEMORY, "not enough memory");
      break;
    default:
      if (!explain_proxy(s, code)) explain_other(s, code);
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
