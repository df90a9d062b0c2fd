#include "net/multi.h"

#include <stdlib.h>

/* connections kept open between requests: one for each session of a
** program with many */
#define KEPT_CONNECTIONS 1024L

struct sat_multi {
  struct sat_loop *loop; /* its owner */
  CURLM *curl;
  struct sat_timer timer;
};

static void collect(struct sat_multi *m) {
  CURLMsg *msg;
  int left;
  while ((msg = curl_multi_info_read(m->curl, &left)) != NULL) {
    struct sat_transfer *t = NULL;
    CURL *easy = msg->easy_handle;
    CURLcode code = msg->data.result;
    if (msg->msg != CURLMSG_DONE) continue;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&t);
    if (t == NULL || !t->stays) curl_multi_remove_handle(m->curl, easy);
    if (t != NULL) t->done(t, code);
  }
}

static void ready(void *arg, int fd, unsigned events) {
  struct sat_multi *m = arg;
  int running, mask = 0;
  if (events & SAT_READ) mask |= CURL_CSELECT_IN;
  if (events & SAT_WRITE) mask |= CURL_CSELECT_OUT;
  if (events & SAT_BROKEN) mask |= CURL_CSELECT_ERR;
  curl_multi_socket_action(m->curl, fd, mask, &running);
  collect(m);
}

static void due(void *arg) {
  struct sat_multi *m = arg;
  int running;
  curl_multi_socket_action(m->curl, CURL_SOCKET_TIMEOUT, 0, &running);
  collect(m);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg,
                     void *unused) {
  struct sat_multi *m = arg;
  unsigned events = 0;
  (void)easy, (void)unused;
  if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) events |= SAT_READ;
  if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) events |= SAT_WRITE;
  if (events == 0) {
    sat_loop_remove(m->loop, fd);
    return 0;
  }
  return sat_loop_add(m->loop, fd, events, ready, m);
}

static int on_timer(CURLM *curl, long ms, void *arg) {
  struct sat_multi *m = arg;
  (void)curl;
  if (ms >= 0) return sat_loop_start(m->loop, &m->timer, (double)ms / 1000);
  sat_loop_stop(m->loop, &m->timer);
  return 0;
}

static void multi_free(struct sat_multi *m) {
  if (m->curl != NULL) curl_multi_cleanup(m->curl);
  sat_loop_stop(m->loop, &m->timer);
  free(m);
}

static struct sat_multi *multi_new(struct sat_loop *loop) {
  struct sat_multi *m = calloc(1, sizeof *m);
  if (m == NULL) return NULL;
  m->loop = loop;
  m->timer.run = due;
  m->timer.arg = m;
  if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
    m->curl = curl_multi_init();
  if (m->curl == NULL) {
    free(m);
    return NULL;
  }
  curl_multi_setopt(m->curl, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(m->curl, CURLMOPT_SOCKETDATA, m);
  curl_multi_setopt(m->curl, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(m->curl, CURLMOPT_TIMERDATA, m);
  curl_multi_setopt(m->curl, CURLMOPT_MAXCONNECTS, KEPT_CONNECTIONS);
  curl_multi_setopt(m->curl, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
  sat_loop_set_multi(loop, m, multi_free);
  return m;
}

int sat_multi_start(struct sat_loop *loop, CURL *easy,
                    struct sat_error *err) {
  struct sat_multi *m = sat_loop_multi(loop);
  CURLMcode code;
  if (m == NULL) m = multi_new(loop);
  if (m == NULL)
    return sat_error_set(err, SAT_E_MEMORY, "cannot start libcurl");
  code = curl_multi_add_handle(m->curl, easy);
  if (code != CURLM_OK)
    return sat_error_set(err, SAT_E_SERVER, "libcurl: %s",
                         curl_multi_strerror(code));
  return 0;
}

void sat_multi_stop(struct sat_loop *loop, CURL *easy) {
  struct sat_multi *m = sat_loop_multi(loop);
  if (m != NULL) curl_multi_remove_handle(m->curl, easy);
}
