/*
** The options of a transfer, from a request.
*/
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "net/http_transfer.h"

static int bad(struct sat_error *err, const char *what) {
  return sat_error_set(err, SAT_E_INVALID, "%s", what);
}

/* no control character may smuggle in a line of its own */
static bool clean(const char *s) {
  for (; s != NULL && *s != '\0'; s++)
    if ((unsigned char)*s < 0x20 || *s == 0x7f) return false;
  return true;
}

static bool is_method(const char *s) {
  size_t n = strlen(s);
  for (; *s != '\0'; s++)
    if (!isupper((unsigned char)*s)) return false;
  return n > 0 && n < 20;
}

static bool has_name(const struct sat_http_request *r, const char *name) {
  size_t n = strlen(name);
  for (size_t i = 0; i < r->header_n; i++)
    if (strncasecmp(r->headers[i], name, n) == 0 && r->headers[i][n] == ':')
      return true;
  return false;
}

static int add_line(struct sat_http *h, const char *line) {
  struct curl_slist *lines = curl_slist_append(h->lines, line);
  if (lines == NULL) return -1;
  h->lines = lines;
  return 0;
}

static int set_headers(struct sat_http *h, const struct sat_http_request *r,
                       struct sat_error *err) {
  /* libcurl would add these: a form's type, and a wait for "continue" */
  static const char *const without[] = {"Content-Type", "Expect", NULL};
  char line[20];
  int failed = 0;
  for (size_t i = 0; i < r->header_n; i++) {
    if (!clean(r->headers[i]) || strchr(r->headers[i], ':') == NULL)
      return bad(err, "a header is one line of the form 'Name: value'");
    failed |= add_line(h, r->headers[i]);
  }
  for (const char *const *w = without; *w != NULL; w++) {
    snprintf(line, sizeof line, "%s:", *w);
    if (!has_name(r, *w)) failed |= add_line(h, line);
  }
  if (failed != 0)
    return sat_error_set(err, SAT_E_MEMORY, "not enough memory");
  curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, h->lines);
  if (!has_name(r, "User-Agent"))
    curl_easy_setopt(h->easy, CURLOPT_USERAGENT, "satchel");
  return 0;
}

static int set_body(struct sat_http *h, const struct sat_http_request *r,
                    struct sat_error *err) {
  bool post = strcmp(r->method, "POST") == 0;
  if (strcmp(r->method, "HEAD") == 0)
    curl_easy_setopt(h->easy, CURLOPT_NOBODY, 1L);
  else if (post || r->body_n > 0)
    curl_easy_setopt(h->easy, CURLOPT_POST, 1L);
  if (!post && strcmp(r->method, "HEAD") != 0)
    curl_easy_setopt(h->easy, CURLOPT_CUSTOMREQUEST, r->method);
  sat_buf_put(&h->body, r->body, r->body_n);
  if (h->body.failed)
    return sat_error_set(err, SAT_E_MEMORY, "not enough memory");
  if (post || r->body_n > 0)
    curl_easy_setopt(h->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     (curl_off_t)r->body_n);
  return 0;
}

/* host, port and scheme of the URL, for messages and the policy */
static int set_url(struct sat_http *h, const char *url, bool *secure_r,
                   struct sat_error *err) {
  CURLU *u = curl_url();
  char *scheme = NULL, *host = NULL, *port = NULL;
  bool ok = u != NULL && clean(url) &&
            curl_url_set(u, CURLUPART_URL, url, CURLU_DISALLOW_USER) ==
                CURLUE_OK &&
            curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
            curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
            curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) ==
                CURLUE_OK;
  *secure_r = ok && strcmp(scheme, "https") == 0;
  ok = ok && (*secure_r || strcmp(scheme, "http") == 0);
  if (ok) snprintf(h->place, sizeof h->place, "%s:%s", host, port);
  curl_free(scheme);
  curl_free(host);
  curl_free(port);
  curl_url_cleanup(u);
  if (!ok)
    return sat_error_set(
        err, SAT_E_INVALID, "'%.200s' is no URL of the form https://host/path",
        strchr(url, '@') == NULL && clean(url) ? url : "***");
  curl_easy_setopt(h->easy, CURLOPT_URL, url);
  curl_easy_setopt(h->easy, CURLOPT_PROTOCOLS_STR, "http,https");
  return 0;
}

static int set_proxy(struct sat_http *h, const struct sat_http_request *r,
                     struct sat_error *err) {
  sat_tls_apply_to_proxy(h->easy, &r->tls);
  if (r->proxy == NULL) { /* the environment's, if it has one */
    curl_easy_setopt(h->easy, CURLOPT_PROXYAUTH, (long)CURLAUTH_ANY);
    return 0;
  }
  curl_easy_setopt(h->easy, CURLOPT_NOPROXY, ""); /* who names one means it */
  return sat_proxy_use(h->easy, r->proxy, true, &h->proxy, err);
}

static int set_auth(struct sat_http *h, const struct sat_http_request *r,
                    bool secure, struct sat_error *err) {
  long bits = 0;
  bool secret = r->password != NULL || r->token != NULL;
  if (r->methods == 0) return 0;
  if (!secure && !r->tls.clear_allowed && secret)
    return sat_error_set(err, SAT_E_TLS,
                         "credentials would travel to %s in clear text: "
                         "use https, or say tls = false",
                         h->place);
  if (!clean(r->token)) return bad(err, "the token has control characters");
  if (r->methods & SAT_AUTH_BASIC) bits |= (long)CURLAUTH_BASIC;
  if (r->methods & SAT_AUTH_NTLM) bits |= (long)CURLAUTH_NTLM;
  if (r->methods & SAT_AUTH_BEARER) bits |= (long)CURLAUTH_BEARER;
  if (r->methods & SAT_AUTH_NEGOTIATE) bits |= (long)CURLAUTH_NEGOTIATE;
  curl_easy_setopt(h->easy, CURLOPT_HTTPAUTH, bits);
  curl_easy_setopt(h->easy, CURLOPT_USERNAME, r->user != NULL ? r->user : "");
  if (r->password != NULL)
    curl_easy_setopt(h->easy, CURLOPT_PASSWORD, r->password);
  if (r->token != NULL)
    curl_easy_setopt(h->easy, CURLOPT_XOAUTH2_BEARER, r->token);
  return 0;
}

static void set_limits(struct sat_http *h, const struct sat_http_request *r) {
  h->in.limit = r->max_body != 0 ? r->max_body : SAT_HTTP_BODY;
  h->head.limit = r->max_head != 0 ? r->max_head : SAT_HTTP_HEAD;
  h->head.arena.limit = (size_t)4 << 20;
  h->methods = r->methods;
  h->repeatable = r->repeatable;
  h->any_status = r->any_status;
  h->timeout = r->timeout;
  h->idle_timeout = r->idle_timeout;
}

int sat_http_setup(struct sat_http *h, const struct sat_http_request *r,
                   struct sat_error *err) {
  bool secure;
  if (!is_method(r->method)) return bad(err, "this is no HTTP method");
  set_limits(h, r);
  curl_easy_setopt(h->easy, CURLOPT_ERRORBUFFER, h->detail);
  curl_easy_setopt(h->easy, CURLOPT_HTTP_VERSION,
                   (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(h->easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(h->easy, CURLOPT_BUFFERSIZE, 65536L);
  curl_easy_setopt(h->easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(h->easy, CURLOPT_TCP_KEEPALIVE, 1L);
  if (set_url(h, r->url, &secure, err) < 0) return -1;
  if (set_headers(h, r, err) < 0) return -1;
  if (set_body(h, r, err) < 0) return -1;
  if (set_proxy(h, r, err) < 0) return -1;
  if (set_auth(h, r, secure, err) < 0) return -1;
  return secure ? sat_tls_apply(h->easy, &r->tls, err) : 0;
}
