#include "net/proxy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool clean(const char *s) {
  for (; *s != '\0'; s++)
    if ((unsigned char)*s < 0x20 || *s == 0x7f) return false;
  return true;
}

static int check_scheme(const char *scheme, bool by_tls,
                        struct sat_error *err) {
  static const char *const known[] = {"http",   "socks4",  "socks4a",
                                      "socks5", "socks5h", "https"};
  size_t n = sizeof known / sizeof *known - (by_tls ? 0 : 1);
  for (size_t i = 0; i < n; i++)
    if (strcmp(scheme, known[i]) == 0) return 0;
  return sat_error_set(err, SAT_E_UNSUPPORTED,
                       "a proxy is spoken to by http:// or socks5h://, not "
                       "%.20s://", scheme);
}

/* its user is nobody's business */
static void keep(CURLU *u, struct sat_proxy *p) {
  char *host = NULL, *port = NULL, *user = NULL;
  curl_url_get(u, CURLUPART_HOST, &host, 0);
  p->credentials = curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK;
  if (curl_url_get(u, CURLUPART_PORT, &port, 0) == CURLUE_OK)
    snprintf(p->name, sizeof p->name, "%.180s:%s", host, port);
  else
    snprintf(p->name, sizeof p->name, "%.180s", host);
  curl_free(host);
  curl_free(port);
  curl_free(user);
}

/* as libcurl reads it, which takes http:// for granted */
static int read_url(const char *url, bool by_tls, struct sat_proxy *p,
                    struct sat_error *err) {
  unsigned flags = CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME;
  CURLU *u = curl_url();
  char *scheme = NULL;
  int result;
  if (u == NULL || !clean(url) ||
      curl_url_set(u, CURLUPART_URL, url, flags) != CURLUE_OK ||
      curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK) {
    result = sat_error_set(err, SAT_E_INVALID,
                           "the proxy is no URL of the form "
                           "http://user:password@host:port");
  } else {
    result = strstr(url, "://") != NULL ? check_scheme(scheme, by_tls, err)
                                        : 0;
    p->tls = strcmp(scheme, "https") == 0;
    keep(u, p);
  }
  curl_free(scheme);
  curl_url_cleanup(u);
  return result;
}

int sat_proxy_use(CURL *easy, const char *url, bool by_tls,
                  struct sat_proxy *p, struct sat_error *err) {
  if (*url != '\0' && read_url(url, by_tls, p, err) < 0) return -1;
  curl_easy_setopt(easy, CURLOPT_PROXY, url);
  curl_easy_setopt(easy, CURLOPT_PROXYAUTH, (long)CURLAUTH_ANY);
  /* libcurl's GSSAPI for SOCKS would block */
  curl_easy_setopt(easy, CURLOPT_SOCKS5_AUTH, (long)CURLAUTH_BASIC);
  return 0;
}

static const char *name_of(const struct sat_proxy *p) {
  return p->name[0] != '\0' ? p->name : "of the environment";
}

void sat_proxy_explain_credentials(const struct sat_proxy *p,
                                   struct sat_proxy_failure *f) {
  f->stage = "proxy";
  if (p->credentials) {
    sat_error_set(f->err, SAT_E_AUTH,
                  "the proxy %s refuses the user and the password it is "
                  "given", name_of(p));
    f->hint = "check those in proxy; %40 is an @ in them";
  } else {
    sat_error_set(f->err, SAT_E_AUTH, "the proxy %s wants credentials",
                  name_of(p));
    f->hint = "give them in proxy = \"http://user:password@host\"";
  }
}

/* QUIRKS 64: 401, where RFC 9110 15.5.8 has 407 */
static bool explain_answer(const struct sat_proxy *p, long status,
                           struct sat_proxy_failure *f) {
  if (status == 407 || status == 401) {
    sat_proxy_explain_credentials(p, f);
    return true;
  }
  if (status < 300) return false;
  f->stage = "proxy";
  sat_error_set(f->err, SAT_E_NETWORK,
                "the proxy %s does not connect to %s: it answers %ld",
                name_of(p), f->place, status);
  return true;
}

static void explain_lost(const struct sat_proxy *p, long os,
                         struct sat_proxy_failure *f) {
  f->stage = "connect";
  if (os == ECONNREFUSED) {
    sat_error_set(f->err, SAT_E_NETWORK, "the proxy %s refuses connections",
                  p->name);
    f->hint = "is this its port, and does it run?";
  } else if (os == ENETUNREACH || os == EHOSTUNREACH) {
    sat_error_set(f->err, SAT_E_NETWORK, "there is no way to the proxy %s",
                  p->name);
  } else {
    sat_error_set(f->err, SAT_E_NETWORK, "cannot connect to the proxy %s: %s",
                  p->name, f->detail);
  }
}

static void explain_words(const struct sat_proxy *p,
                          struct sat_proxy_failure *f) {
  f->stage = "proxy";
  sat_error_set(f->err, SAT_E_NETWORK,
                "the proxy %s does not connect to %s: %s", name_of(p),
                f->place, f->detail);
}

bool sat_proxy_explain(const struct sat_proxy *p, CURL *easy, CURLcode code,
                       struct sat_proxy_failure *f) {
  long status = 0, socks = CURLPX_OK, os = 0;
  curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &status);
  curl_easy_getinfo(easy, CURLINFO_PROXY_ERROR, &socks);
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os);
  if (code == CURLE_COULDNT_RESOLVE_PROXY) {
    f->stage = "resolve";
    sat_error_set(f->err, SAT_E_NETWORK, "cannot find the proxy %s",
                  name_of(p));
    return true;
  }
  if (explain_answer(p, status, f)) return true;
  if (socks == CURLPX_NO_AUTH || socks == CURLPX_USER_REJECTED)
    sat_proxy_explain_credentials(p, f);
  else if (code == CURLE_PROXY || socks != CURLPX_OK)
    explain_words(p, f);
  else if (code == CURLE_COULDNT_CONNECT && p->name[0] != '\0' && os != 0)
    explain_lost(p, os, f);
  else
    return false;
  return true;
}
