/*
** libcurl makes the connection: it finds names without blocking, tries
** IPv6 and IPv4 (RFC 8305) and speaks to proxies.  Then the socket is
** duplicated and libcurl let go of: it has no further part in the stream.
*/
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/stream_state.h"

static bool clean(const char *s) {
  for (; *s != '\0'; s++)
    if ((unsigned char)*s < 0x20 || *s == 0x7f) return false;
  return true;
}

/* a name that is not ASCII goes out in its encoded form (RFC 5891) */
static CURLUcode ask_host(CURLU *u, char **host_r) {
#ifdef CURLU_PUNYCODE
  CURLUcode code = curl_url_get(u, CURLUPART_HOST, host_r, CURLU_PUNYCODE);
  if (code == CURLUE_OK) return code;
#endif
  return curl_url_get(u, CURLUPART_HOST, host_r, 0);
}

/* the name as certificates have it: without brackets and the last dot */
static void keep_host(struct sat_stream *s, const char *host) {
  size_t n;
  if (*host == '[') host++;
  snprintf(s->host, sizeof s->host, "%s", host);
  n = strcspn(s->host, "]%");
  if (n > 0 && s->host[n] == '\0' && s->host[n - 1] == '.') n--;
  s->host[n] = '\0';
}

/* A URL is how libcurl is told; of HTTP nothing is spoken but to a proxy. */
static int set_place(struct sat_stream *s, const char *host, unsigned port,
                     struct sat_error *err) {
  bool bare = strchr(host, ':') != NULL && host[0] != '[';
  char number[16], bracketed[300], *name = NULL, *url = NULL;
  CURLU *u = curl_url();
  bool ok;
  snprintf(number, sizeof number, "%u", port);
  snprintf(bracketed, sizeof bracketed, bare ? "[%s]" : "%s", host);
  snprintf(s->place, sizeof s->place, "%.280s:%u", bracketed, port);
  ok = u != NULL && clean(host) && strlen(host) < sizeof s->host &&
       curl_url_set(u, CURLUPART_SCHEME, "http", 0) == CURLUE_OK &&
       curl_url_set(u, CURLUPART_HOST, bracketed, 0) == CURLUE_OK &&
       curl_url_set(u, CURLUPART_PORT, number, 0) == CURLUE_OK &&
       ask_host(u, &name) == CURLUE_OK &&
       curl_url_get(u, CURLUPART_URL, &url, 0) == CURLUE_OK;
  if (ok) {
    keep_host(s, name);
    curl_easy_setopt(s->easy, CURLOPT_URL, url);
  }
  curl_free(name);
  curl_free(url);
  curl_url_cleanup(u);
  if (ok) return 0;
  return sat_error_set(err, SAT_E_INVALID, "'%.200s' is no host",
                       clean(host) ? host : "***");
}

static const char *environment_proxy(void) {
  const char *p = getenv("all_proxy");
  if (p == NULL || *p == '\0') p = getenv("ALL_PROXY");
  return p != NULL ? p : "";
}

static int set_proxy(struct sat_stream *s, const char *given,
                     struct sat_error *err) {
  const char *url = given != NULL ? given : environment_proxy();
  if (sat_proxy_use(s->easy, url, false, &s->proxy, err) < 0) return -1;
  /* who names one means it; the environment has its exceptions */
  if (given != NULL) curl_easy_setopt(s->easy, CURLOPT_NOPROXY, "");
  curl_easy_setopt(s->easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
  curl_easy_setopt(s->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(s->easy, CURLOPT_USERAGENT, "satchel");
  return 0;
}

void sat_stream_disconnect(struct sat_stream *s) {
  if (s->running) sat_multi_stop(s->op.loop, s->easy);
  s->running = false;
  if (s->easy != NULL) curl_easy_cleanup(s->easy);
  s->easy = NULL;
}

static void keep_address(struct sat_stream *s) {
  char *ip = NULL;
  long port = 0;
  curl_easy_getinfo(s->easy, CURLINFO_PRIMARY_IP, &ip);
  curl_easy_getinfo(s->easy, CURLINFO_PRIMARY_PORT, &port);
  if (ip == NULL) return;
  snprintf(s->address, sizeof s->address,
           strchr(ip, ':') != NULL ? "[%s]:%ld" : "%s:%ld", ip, port);
}

/* libcurl's own is closed when it is let go of */
static int take_socket(struct sat_stream *s) {
  curl_socket_t fd = CURL_SOCKET_BAD;
  curl_easy_getinfo(s->easy, CURLINFO_ACTIVESOCKET, &fd);
  if (fd == CURL_SOCKET_BAD)
    return sat_error_set(&s->err, SAT_E_NETWORK,
                         "%s closed the connection at once", s->place);
  s->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (s->fd >= 0) return 0;
  return sat_error_set(&s->err, SAT_E_LIMIT, "no socket for %s: %s",
                       s->place, strerror(errno));
}

static void on_done(struct sat_transfer *t, CURLcode code) {
  struct sat_stream *s =
      (struct sat_stream *)((char *)t - offsetof(struct sat_stream, transfer));
  if (code != CURLE_OK) {
    sat_stream_explain_connect(s, code);
  } else {
    keep_address(s);
    take_socket(s);
  }
  sat_stream_disconnect(s);
  if (s->err.kind != SAT_OK)
    sat_stream_end(s);
  else
    sat_stream_connected(s);
}

/* libcurl divides the time among the addresses of a name */
static void set_timeout(struct sat_stream *s) {
  double ms = s->timeout > 0 && s->timeout < 1e6 ? s->timeout * 1000 : 1e9;
  curl_easy_setopt(s->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)ms + 1);
}

int sat_stream_connect(struct sat_stream *s,
                       const struct sat_stream_request *r,
                       struct sat_error *err) {
  s->easy = curl_easy_init();
  if (s->easy == NULL)
    return sat_error_set(err, SAT_E_MEMORY, "not enough memory");
  if (set_place(s, r->host, r->port, err) < 0) return -1;
  if (set_proxy(s, r->proxy, err) < 0) return -1;
  s->transfer.done = on_done;
  s->transfer.stays = true;
  curl_easy_setopt(s->easy, CURLOPT_PRIVATE, &s->transfer);
  curl_easy_setopt(s->easy, CURLOPT_ERRORBUFFER, s->detail);
  curl_easy_setopt(s->easy, CURLOPT_PROTOCOLS_STR, "http");
  curl_easy_setopt(s->easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(s->easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(s->easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(s->easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set_timeout(s);
  if (sat_multi_start(s->op.loop, s->easy, err) < 0) return -1;
  s->running = true;
  return 0;
}
