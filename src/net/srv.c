/* what c-ares 1.28 has in place of ares_query, 1.18 has not */
#define CARES_NO_DEPRECATED
#include "net/srv.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RECORDS 64
#define PATIENCE 0.25 /* seconds after which c-ares is asked again */

struct sat_srv {
  struct sat_op op;
  ares_channel channel;
  struct sat_timer timer;
  double deadline;
  char name[256];
  struct sat_srv_record v[MAX_RECORDS];
  size_t n;
  struct sat_error err;
  bool answered;
};

static int compare(const void *x, const void *y) {
  const struct sat_srv_record *a = x, *b = y;
  if (a->priority != b->priority) return a->priority < b->priority ? -1 : 1;
  return a->weight == b->weight ? 0 : a->weight > b->weight ? -1 : 1;
}

static void keep(struct sat_srv *s, const struct ares_srv_reply *r) {
  for (; r != NULL && s->n < MAX_RECORDS; r = r->next) {
    struct sat_srv_record *record = &s->v[s->n];
    record->target = strdup(r->host);
    if (record->target == NULL) return;
    record->port = r->port;
    record->priority = r->priority;
    record->weight = r->weight;
    s->n++;
  }
  qsort(s->v, s->n, sizeof *s->v, compare);
}

static void fail(struct sat_srv *s, int status) {
  bool late = status == ARES_ETIMEOUT;
  sat_error_set(&s->err, late ? SAT_E_TIMEOUT : SAT_E_NETWORK,
                "cannot ask the name server for %s: %s", s->name,
                ares_strerror(status));
  s->err.retryable = true;
}

/* from inside c-ares: notes the answer, nothing else */
static void on_answer(void *arg, int status, int timeouts,
                      unsigned char *answer, int n) {
  struct sat_srv *s = arg;
  struct ares_srv_reply *records = NULL;
  (void)timeouts;
  s->answered = true;
  if (status == ARES_EDESTRUCTION || status == ARES_ECANCELLED) return;
  if (status == ARES_ENOTFOUND || status == ARES_ENODATA) return;
  if (status == ARES_SUCCESS)
    status = ares_parse_srv_reply(answer, n, &records);
  if (status == ARES_SUCCESS)
    keep(s, records);
  else if (status != ARES_ENODATA)
    fail(s, status);
  ares_free_data(records);
}

static void schedule(struct sat_srv *s) {
  struct timeval limit = {0, (long)(PATIENCE * 1e6)}, t;
  struct timeval *next = ares_timeout(s->channel, &limit, &t);
  sat_loop_start(s->op.loop, &s->timer,
                 (double)next->tv_sec + (double)next->tv_usec / 1e6);
}

static void after(struct sat_srv *s) {
  if (s->op.done) return;
  if (!s->answered && sat_clock() >= s->deadline) {
    fail(s, ARES_ETIMEOUT);
    ares_cancel(s->channel);
  }
  if (!s->answered) {
    schedule(s);
    return;
  }
  sat_loop_stop(s->op.loop, &s->timer);
  sat_op_finish(&s->op);
}

static void on_ready(void *arg, int fd, unsigned events) {
  struct sat_srv *s = arg;
  bool broken = (events & SAT_BROKEN) != 0;
  ares_process_fd(s->channel,
                  events & SAT_READ || broken ? fd : ARES_SOCKET_BAD,
                  events & SAT_WRITE ? fd : ARES_SOCKET_BAD);
  after(s);
}

static void on_timer(void *arg) {
  struct sat_srv *s = arg;
  ares_process_fd(s->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  after(s);
}

static void on_socket(void *arg, ares_socket_t fd, int readable,
                      int writable) {
  struct sat_srv *s = arg;
  unsigned events = (readable ? SAT_READ : 0u) | (writable ? SAT_WRITE : 0u);
  if (events == 0)
    sat_loop_remove(s->op.loop, fd);
  else
    sat_loop_add(s->op.loop, fd, events, on_ready, s);
}

static int open_channel(struct sat_srv *s, const char *servers,
                        double seconds, struct sat_error *err) {
  struct ares_options o = {0};
  int status = ares_library_init(ARES_LIB_INIT_ALL);
  o.timeout = seconds < 10 ? (int)(seconds * 1000 / 3) + 1 : 3000;
  o.tries = 3;
  o.sock_state_cb = on_socket;
  o.sock_state_cb_data = s;
  if (status == ARES_SUCCESS)
    status = ares_init_options(
        &s->channel, &o,
        ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
  if (status != ARES_SUCCESS) s->channel = NULL;
  if (status == ARES_SUCCESS && servers != NULL)
    status = ares_set_servers_ports_csv(s->channel, servers);
  if (status == ARES_SUCCESS) return 0;
  return sat_error_set(err, SAT_E_NETWORK, "cannot use the name servers: %s",
                       ares_strerror(status));
}

struct sat_srv *sat_srv_query(struct sat_loop *loop, const char *name,
                              const char *servers, double seconds,
                              struct sat_error *err) {
  struct sat_srv *s;
  if (strlen(name) >= sizeof s->name) {
    sat_error_set(err, SAT_E_INVALID, "the host name is too long");
    return NULL;
  }
  s = calloc(1, sizeof *s);
  if (s == NULL) {
    sat_error_set(err, SAT_E_MEMORY, "not enough memory");
    return NULL;
  }
  sat_op_init(&s->op, loop);
  strcpy(s->name, name);
  s->timer.run = on_timer;
  s->timer.arg = s;
  s->deadline = sat_clock() + seconds;
  if (open_channel(s, servers, seconds, err) < 0) {
    sat_srv_free(&s);
    return NULL;
  }
  ares_query(s->channel, s->name, ns_c_in, ns_t_srv, on_answer, s);
  after(s);
  return s;
}

void sat_srv_free(struct sat_srv **sp) {
  struct sat_srv *s = *sp;
  *sp = NULL;
  if (s == NULL) return;
  if (s->channel != NULL) ares_destroy(s->channel);
  ares_library_cleanup();
  sat_loop_stop(s->op.loop, &s->timer);
  sat_op_drop(&s->op);
  for (size_t i = 0; i < s->n; i++) free(s->v[i].target);
  free(s);
}

struct sat_op *sat_srv_op(struct sat_srv *s) { return &s->op; }

int sat_srv_step(const struct sat_srv *s) {
  if (!s->op.done) return 0;
  return s->err.kind != SAT_OK ? -1 : 1;
}

const struct sat_error *sat_srv_error(const struct sat_srv *s) {
  return &s->err;
}

const struct sat_srv_record *sat_srv_record(const struct sat_srv *s,
                                            size_t i) {
  return i < s->n ? &s->v[i] : NULL;
}
