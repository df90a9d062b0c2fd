#include "serve/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

#define MAX_BODY ((size_t)256 << 20)
#define MAX_HEADERS 100

enum state { RECEIVING, WAITING, TAKEN, ANSWERED };

struct sat_exchange {
  struct sat_exchange *next;     /* in the listener's list of all */
  struct sat_listener *listener; /* NULL once that was closed */
  struct MHD_Connection *connection;
  enum state state;
  bool held; /* the caller has it: it outlives its connection */
  uint64_t order;
  char *method, *url;
  struct sat_buf body;
  char *headers[2 * MAX_HEADERS];
  size_t header_count;
  struct MHD_Response *response;
  unsigned status;
};

struct sat_listener {
  struct MHD_Daemon *daemon;
  struct sat_exchange *all;
  uint64_t order;
  size_t max_body;
  char *cert, *key;
};

/* what an answer's body is read from while it is sent */
struct body {
  int64_t cut;
  size_t n;
  uint8_t bytes[];
};

static void unlink_exchange(struct sat_exchange *x) {
  struct sat_exchange **at;
  if (x->listener == NULL) return;
  for (at = &x->listener->all; *at != NULL; at = &(*at)->next) {
    if (*at != x) continue;
    *at = x->next;
    break;
  }
  x->listener = NULL;
}

static void exchange_free(struct sat_exchange *x) {
  unlink_exchange(x);
  if (x->response != NULL) MHD_destroy_response(x->response);
  for (size_t i = 0; i < 2 * x->header_count; i++) free(x->headers[i]);
  sat_buf_free(&x->body);
  free(x->method);
  free(x->url);
  free(x);
}

static enum MHD_Result keep_header(void *arg, enum MHD_ValueKind kind,
                                   const char *name, const char *value) {
  struct sat_exchange *x = arg;
  char **h = x->headers + 2 * x->header_count;
  (void)kind;
  if (x->header_count == MAX_HEADERS) return MHD_NO;
  h[0] = strdup(name);
  h[1] = strdup(value != NULL ? value : "");
  x->header_count++;
  return h[0] != NULL && h[1] != NULL ? MHD_YES : MHD_NO;
}

/* the request's target with its query, before libmicrohttpd takes it apart */
static void *keep_url(void *arg, const char *uri,
                      struct MHD_Connection *connection) {
  struct sat_exchange *x = calloc(1, sizeof *x);
  if (x == NULL) return NULL;
  x->listener = arg;
  x->connection = connection;
  x->url = strdup(uri);
  x->body.limit = x->listener->max_body;
  x->next = x->listener->all;
  x->listener->all = x;
  return x;
}

static enum MHD_Result send_answer(struct sat_exchange *x) {
  enum MHD_Result sent;
  if (x->response == NULL) return MHD_NO;
  sent = MHD_queue_response(x->connection, x->status, x->response);
  MHD_destroy_response(x->response);
  x->response = NULL;
  return sent;
}

static enum MHD_Result refuse(struct sat_exchange *x, unsigned status) {
  x->status = status;
  x->state = ANSWERED;
  x->response =
      MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
  return send_answer(x);
}

/* libmicrohttpd calls this when the headers have come, for each piece of the
** body, at its end, and once more after the connection was resumed */
static enum MHD_Result handle(void *arg, struct MHD_Connection *connection,
                              const char *url, const char *method,
                              const char *version, const char *data,
                              size_t *size, void **state) {
  struct sat_exchange *x = *state;
  struct sat_listener *l = arg;
  (void)url, (void)version;
  if (x == NULL) return MHD_NO;
  if (x->method == NULL) {
    x->method = strdup(method);
    MHD_get_connection_values(connection, MHD_HEADER_KIND, keep_header, x);
    return x->method != NULL && x->url != NULL ? MHD_YES : MHD_NO;
  }
  if (*size > 0) {
    if (!x->body.failed) sat_buf_put(&x->body, data, *size);
    *size = 0;
    return MHD_YES;
  }
  if (x->state == ANSWERED) return send_answer(x);
  if (x->body.failed) return refuse(x, 413);
  x->state = WAITING;
  x->order = ++l->order;
  MHD_suspend_connection(connection);
  return MHD_YES;
}

static void completed(void *arg, struct MHD_Connection *connection,
                      void **state, enum MHD_RequestTerminationCode why) {
  struct sat_exchange *x = *state;
  (void)arg, (void)connection, (void)why;
  *state = NULL;
  if (x == NULL) return;
  x->connection = NULL;
  if (x->held)
    unlink_exchange(x);
  else
    exchange_free(x);
}

static bool resolve(const struct sat_listener_options *o,
                    struct sockaddr_storage *a) {
  struct sockaddr_in *v4 = (struct sockaddr_in *)a;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)a;
  const char *host = o->host != NULL ? o->host : "127.0.0.1";
  memset(a, 0, sizeof *a);
  v4->sin_port = htons(o->port); /* the same place in both */
  if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    return true;
  }
  v6->sin6_family = AF_INET6;
  return inet_pton(AF_INET6, host, &v6->sin6_addr) == 1;
}

static struct MHD_Daemon *start(struct sat_listener *l,
                                const struct sat_listener_options *o,
                                const struct sockaddr_storage *a) {
  unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
  struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_KEY, 0, l->key},
                                 {MHD_OPTION_HTTPS_MEM_CERT, 0, l->cert},
                                 {MHD_OPTION_END, 0, NULL}};
  if (a->ss_family == AF_INET6) flags |= MHD_USE_IPv6;
  if (l->cert != NULL) flags |= MHD_USE_TLS;
  return MHD_start_daemon(
      flags, o->port, NULL, NULL, handle, l, MHD_OPTION_SOCK_ADDR, a,
      MHD_OPTION_URI_LOG_CALLBACK, keep_url, l, MHD_OPTION_NOTIFY_COMPLETED,
      completed, l, MHD_OPTION_CONNECTION_LIMIT,
      o->connections != 0 ? o->connections : 1000u, MHD_OPTION_ARRAY,
      l->cert != NULL ? tls : tls + 2, MHD_OPTION_END);
}

static struct sat_listener *prepare(const struct sat_listener_options *o) {
  struct sat_listener *l = calloc(1, sizeof *l);
  if (l == NULL) return NULL;
  l->max_body = o->max_body != 0 ? o->max_body : MAX_BODY;
  if (o->cert_pem != NULL && o->key_pem != NULL) {
    l->cert = sat_secret_copy(o->cert_pem, strlen(o->cert_pem));
    l->key = sat_secret_copy(o->key_pem, strlen(o->key_pem));
  }
  return l;
}

struct sat_listener *sat_listener_open(const struct sat_listener_options *o,
                                       struct sat_error *err) {
  struct sockaddr_storage a;
  struct sat_listener *l;
  if (!resolve(o, &a)) {
    sat_error_set(err, SAT_E_INVALID, "'%s' is not a numeric address",
                  o->host);
    return NULL;
  }
  l = prepare(o);
  if (l == NULL) {
    sat_error_set(err, SAT_E_MEMORY, "not enough memory");
    return NULL;
  }
  errno = 0;
  l->daemon = start(l, o, &a);
  if (l->daemon == NULL) {
    sat_error_set(err, SAT_E_NETWORK, "cannot listen on %s port %u: %s",
                  o->host != NULL ? o->host : "127.0.0.1", o->port,
                  errno != 0 ? strerror(errno) : "the listener refused");
    sat_listener_close(&l);
  }
  return l;
}

static void stop(struct sat_listener *l) {
  for (struct sat_exchange *x = l->all; x != NULL; x = x->next) {
    bool asleep = x->state == WAITING || x->state == TAKEN;
    x->state = ANSWERED; /* by nothing: the connection is dropped */
    if (x->connection != NULL && asleep) MHD_resume_connection(x->connection);
  }
  MHD_stop_daemon(l->daemon);
  while (l->all != NULL) {
    struct sat_exchange *x = l->all;
    if (x->held)
      unlink_exchange(x);
    else
      exchange_free(x);
  }
}

void sat_listener_close(struct sat_listener **lp) {
  struct sat_listener *l = *lp;
  *lp = NULL;
  if (l == NULL) return;
  if (l->daemon != NULL) stop(l);
  free(l->cert);
  sat_secret_free(&l->key);
  free(l);
}

uint16_t sat_listener_port(const struct sat_listener *l) {
  const union MHD_DaemonInfo *i =
      MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_BIND_PORT);
  return i != NULL ? i->port : 0;
}

int sat_listener_fd(const struct sat_listener *l) {
  const union MHD_DaemonInfo *i =
      MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD);
  return i != NULL ? i->epoll_fd : -1;
}

double sat_listener_timeout(struct sat_listener *l) {
  MHD_UNSIGNED_LONG_LONG ms;
  if (MHD_get_timeout(l->daemon, &ms) != MHD_YES) return -1;
  return (double)ms / 1000;
}

void sat_listener_run(struct sat_listener *l) { MHD_run(l->daemon); }

struct sat_exchange *sat_listener_next(struct sat_listener *l) {
  struct sat_exchange *oldest = NULL;
  for (struct sat_exchange *x = l->all; x != NULL; x = x->next)
    if (x->state == WAITING && (oldest == NULL || x->order < oldest->order))
      oldest = x;
  if (oldest != NULL) {
    oldest->state = TAKEN;
    oldest->held = true;
  }
  return oldest;
}

const char *sat_exchange_method(const struct sat_exchange *x) {
  return x->method;
}

const char *sat_exchange_url(const struct sat_exchange *x) { return x->url; }

struct sat_bytes sat_exchange_body(const struct sat_exchange *x) {
  struct sat_bytes b = {x->body.p, (uint32_t)x->body.n};
  return b;
}

bool sat_exchange_header(const struct sat_exchange *x, size_t i,
                         struct sat_header *h_r) {
  if (i >= x->header_count) return false;
  h_r->name = x->headers[2 * i];
  h_r->value = x->headers[2 * i + 1];
  return true;
}

static ssize_t read_body(void *arg, uint64_t pos, char *out, size_t max) {
  struct body *b = arg;
  bool cut = b->cut >= 0 && (size_t)b->cut < b->n;
  size_t end = cut ? (size_t)b->cut : b->n;
  size_t n = pos < end ? end - (size_t)pos : 0;
  if (n == 0)
    return cut ? MHD_CONTENT_READER_END_WITH_ERROR
               : MHD_CONTENT_READER_END_OF_STREAM;
  if (n > max) n = max;
  memcpy(out, b->bytes + pos, n);
  return (ssize_t)n;
}

static struct MHD_Response *make_response(struct sat_bytes bytes,
                                          int64_t cut) {
  struct body *b = malloc(sizeof *b + bytes.n);
  struct MHD_Response *r;
  if (b == NULL) return NULL;
  b->cut = cut;
  b->n = bytes.n;
  if (bytes.n > 0) memcpy(b->bytes, bytes.p, bytes.n);
  r = MHD_create_response_from_callback(bytes.n, 65536, read_body, b, free);
  if (r == NULL) free(b);
  return r;
}

/* Wakes the connection; without a response libmicrohttpd closes it. */
static void finish(struct sat_exchange *x, struct MHD_Response *r) {
  x->response = r;
  x->held = false;
  if (x->listener == NULL || x->connection == NULL) {
    exchange_free(x);
    return;
  }
  x->state = ANSWERED;
  sat_buf_free(&x->body);
  MHD_resume_connection(x->connection);
  sat_listener_run(x->listener);
}

void sat_exchange_answer(struct sat_exchange **xp, unsigned status,
                         const struct sat_header *headers, size_t n,
                         struct sat_bytes body, int64_t cut) {
  struct sat_exchange *x = *xp;
  struct MHD_Response *r;
  *xp = NULL;
  if (x == NULL) return;
  r = make_response(body, cut);
  for (size_t i = 0; r != NULL && i < n; i++)
    MHD_add_response_header(r, headers[i].name, headers[i].value);
  x->status = status;
  finish(x, r);
}

void sat_exchange_drop(struct sat_exchange **xp) {
  struct sat_exchange *x = *xp;
  *xp = NULL;
  if (x != NULL) finish(x, NULL);
}
