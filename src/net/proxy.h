/*
** The proxy of a connection: what may be named as one, how libcurl is told,
** and what it comes to when it is the proxy that fails.  Its user and
** password are in no error.
*/
#ifndef sat_proxy_h
#define sat_proxy_h

#include <curl/curl.h>
#include <stdbool.h>

#include "base/error.h"

struct sat_proxy {
  char name[200];   /* "host:port"; empty: none, or the environment's */
  bool credentials; /* it is told who we are */
  bool tls;         /* it is spoken to by https:// */
};

/* `by_tls`: https:// is spoken, too.  "": no proxy.  -1 after recording an
** error. */
int sat_proxy_use(CURL *easy, const char *url, bool by_tls,
                  struct sat_proxy *p, struct sat_error *err);

/* Records what went wrong if it was the proxy: `stage` is "connect" or
** "proxy" then. */
struct sat_proxy_failure {
  const char *place; /* to be connected to */
  const char *detail; /* libcurl's words */
  struct sat_error *err;
  const char *hint, *stage;
};

bool sat_proxy_explain(const struct sat_proxy *p, CURL *easy, CURLcode code,
                       struct sat_proxy_failure *f);

/* It wants to know who we are, or does not like what it is told (407). */
void sat_proxy_explain_credentials(const struct sat_proxy *p,
                                   struct sat_proxy_failure *f);

#endif
