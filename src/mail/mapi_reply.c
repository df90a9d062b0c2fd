#include "mail/mapi_reply.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* ORDER X-ResponseCode, [MS-OXCMAPIHTTP] 2.2.3.3.3.  2 and 7 have a second
** meaning on some servers, and no request of ours earns the first: QUIRKS 7 */
static const struct {
  enum sat_error_kind kind;
  bool lost; /* with this answer the session context is of no more use */
  const char *text;
} codes[] = {
    {SAT_OK, false, "success"},
    {SAT_E_SERVER, true, "unknown failure"},
    {SAT_E_NETWORK, true, "invalid verb or session context cookie"},
    {SAT_E_PROTOCOL, true, "invalid path"},
    {SAT_E_PROTOCOL, true, "invalid header"},
    {SAT_E_PROTOCOL, true, "invalid request type"},
    {SAT_E_NETWORK, true, "invalid session context cookie"},
    {SAT_E_NETWORK, true, "missing header or requests out of sequence"},
    {SAT_E_AUTH, false, "anonymous requests are not accepted"},
    {SAT_E_LIMIT, true, "the request is too large"},
    {SAT_E_NETWORK, true, "the session context was not found"},
    {SAT_E_DENIED, true, "no privileges to the session context"},
    {SAT_E_PROTOCOL, true, "invalid request body"},
    {SAT_E_NETWORK, true, "a required cookie is missing"},
    {SAT_E_SERVER, true, "response code 14"},
    {SAT_E_NETWORK, true, "requests out of sequence"},
    {SAT_E_UNSUPPORTED, true, "the endpoint is disabled"},
    {SAT_E_PROTOCOL, true, "invalid response"},
    {SAT_E_NETWORK, true, "the endpoint is shutting down"},
};

bool sat_mapi_header_find(const struct sat_mapi_header *h, size_t n,
                          const char *name, struct sat_bytes *value_r) {
  bool found = false;
  for (size_t i = 0; i < n; i++)
    if (sat_mapi_same(h[i].name, name)) {
      *value_r = h[i].value;
      found = true;
    }
  return found;
}

bool sat_mapi_number(struct sat_bytes text, uint32_t *number_r) {
  uint64_t v = 0;
  if (text.n == 0 || text.n > 10) return false;
  for (uint32_t i = 0; i < text.n; i++) {
    if (text.p[i] < '0' || text.p[i] > '9') return false;
    v = v * 10 + (uint64_t)(text.p[i] - '0');
  }
  if (v > UINT32_MAX) return false;
  *number_r = (uint32_t)v;
  return true;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT": seconds from now, 0 if it is no date */
static double until_date(struct sat_bytes text) {
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  char s[40], month[4];
  const char *m;
  struct tm tm = {0};
  double left;
  if (text.n >= sizeof s) return 0;
  memcpy(s, text.p, text.n);
  s[text.n] = '\0';
  if (sscanf(s, "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &tm.tm_mday, month,
             &tm.tm_year, &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6)
    return 0;
  m = strstr(months, month);
  if (m == NULL || tm.tm_year < 1970) return 0;
  tm.tm_mon = (int)(m - months) / 3;
  tm.tm_year -= 1900;
  left = difftime(timegm(&tm), time(NULL));
  return left > 0 ? left : 0;
}

static double retry_after(const struct sat_mapi_http *http) {
  struct sat_bytes v;
  uint32_t seconds;
  if (!sat_mapi_header_find(http->headers, http->n, "Retry-After", &v))
    return 0;
  return sat_mapi_number(v, &seconds) ? (double)seconds : until_date(v);
}

static int throttled(const struct sat_mapi_http *http,
                     struct sat_error *err) {
  double after = retry_after(http);
  if (after > 0)
    sat_error_set(err, SAT_E_THROTTLED,
                  "the server is busy (HTTP %d) and asks to wait %.0f seconds",
                  http->status, after);
  else
    sat_error_set(err, SAT_E_THROTTLED, "the server is busy (HTTP %d)",
                  http->status);
  err->retryable = true;
  err->retry_after = after;
  return -1;
}

static int http_failed(const struct sat_mapi_http *http, bool *lost_r,
                       struct sat_error *err) {
  int status = http->status;
  if (status == 429 || status == 503) return throttled(http, err);
  if (status == 401)
    sat_error_set(err, SAT_E_AUTH, "the server refused the credentials");
  else if (status == 407)
    sat_error_set(err, SAT_E_AUTH, "the proxy wants credentials (HTTP 407)");
  else if (status == 403)
    sat_error_set(err, SAT_E_DENIED, "the server forbids it (HTTP 403)");
  else if (status == 404 || status == 405 || status == 410)
    sat_error_set(err, SAT_E_NOT_FOUND,
                  "there is no MAPI endpoint at this URL (HTTP %d)", status);
  else if (status == 413)
    sat_error_set(err, SAT_E_LIMIT, "the request is too large (HTTP 413)");
  else if (status >= 300 && status < 400)
    sat_error_set(err, SAT_E_PROTOCOL,
                  "the server redirects MAPI requests (HTTP %d)", status);
  else
    sat_error_set(err, status >= 500 ? SAT_E_SERVER : SAT_E_PROTOCOL,
                  "the server answered HTTP %d", status);
  err->retryable = status == 502 || status == 504;
  *lost_r = status >= 500;
  return -1;
}

/* The first words of a text or HTML body, tags left out, for an error. */
static void body_words(struct sat_bytes body, char *out, size_t size) {
  size_t n = 0;
  bool tag = false, blank = true;
  for (uint32_t i = 0; i < body.n && n + 1 < size; i++) {
    uint8_t c = body.p[i];
    if (c == '<') tag = true;
    if (!tag && c > ' ' && c < 127) {
      out[n++] = (char)c;
      blank = false;
    } else if (!blank && n + 2 < size) {
      out[n++] = ' ';
      blank = true;
    }
    if (c == '>') tag = false;
  }
  while (n > 0 && out[n - 1] == ' ') n--;
  out[n] = '\0';
}

static int code_failed(uint32_t code, struct sat_bytes body, bool *lost_r,
                       struct sat_error *err) {
  bool known = code < sizeof codes / sizeof *codes;
  char words[120];
  body_words(body, words, sizeof words);
  sat_error_set(err, known ? codes[code].kind : SAT_E_SERVER,
                "the server refused the request: %s (X-ResponseCode %u)%s%s",
                known ? codes[code].text : "unknown code", code,
                words[0] != '\0' ? ": " : "", words);
  err->code = code;
  err->retryable = known && codes[code].kind == SAT_E_NETWORK;
  *lost_r = !known || codes[code].lost;
  return -1;
}

/* media types compare without parameters */
static bool is_mapi(struct sat_bytes type) {
  const uint8_t *semi = type.n > 0 ? memchr(type.p, ';', type.n) : NULL;
  if (semi != NULL) type.n = (uint32_t)(semi - type.p);
  while (type.n > 0 && type.p[type.n - 1] == ' ') type.n--;
  return sat_mapi_same(type, "application/mapi-http");
}

static int not_mapi(const struct sat_mapi_http *http, struct sat_bytes type,
                    struct sat_error *err) {
  char words[120];
  body_words(http->body, words, sizeof words);
  return sat_error_set(err, SAT_E_PROTOCOL,
                       "the URL answers with %.*s, not MAPI%s%s",
                       type.n < 60 ? (int)type.n : 60,
                       type.n > 0 ? (const char *)type.p : "",
                       words[0] != '\0' ? ": " : "", words);
}

/* The code stands in the HTTP headers; the envelope may have a later one. */
static int check_code(const struct sat_mapi_header *h, size_t n,
                      struct sat_bytes body, bool *lost_r,
                      struct sat_error *err) {
  struct sat_bytes v;
  uint32_t code;
  if (!sat_mapi_header_find(h, n, "X-ResponseCode", &v)) return 0;
  if (!sat_mapi_number(v, &code))
    return sat_error_set(err, SAT_E_PROTOCOL,
                         "X-ResponseCode is not a number");
  return code == SAT_MAPI_SUCCESS ? 0 : code_failed(code, body, lost_r, err);
}

int sat_mapi_reply_check(const struct sat_mapi_http *http,
                         struct sat_mapi_envelope *e_r, bool *lost_r,
                         struct sat_error *err) {
  struct sat_bytes type = {(const uint8_t *)"nothing", 7};
  *lost_r = false;
  if (http->status != 200) return http_failed(http, lost_r, err);
  *lost_r = true;
  if (check_code(http->headers, http->n, http->body, lost_r, err) < 0)
    return -1;
  sat_mapi_header_find(http->headers, http->n, "Content-Type", &type);
  if (!is_mapi(type)) return not_mapi(http, type, err);
  if (sat_mapi_envelope_parse(http->body.p, http->body.n, e_r, err) < 0)
    return -1;
  if (check_code(e_r->headers, e_r->n, e_r->body, lost_r, err) < 0)
    return -1;
  *lost_r = false;
  return 0;
}
