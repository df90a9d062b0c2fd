#include "net/stream.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/stream_state.h"

static void stop_socket(struct sat_stream *s) {
  if (s->fd < 0) return;
  sat_loop_remove(s->op.loop, s->fd);
  close(s->fd);
  s->fd = -1;
}

void sat_stream_end(struct sat_stream *s) {
  s->stage = SAT_STREAM_ENDED;
  sat_loop_stop(s->op.loop, &s->timer);
  stop_socket(s);
  s->waits_in = s->waits_out = false;
  if (!s->op.done) sat_op_finish(&s->op);
}

/* The op goes on: what comes next ends it.  A wait that is under way does not
** begin anew because somebody looked. */
static int arm(struct sat_stream *s) {
  if (s->op.done) s->active = sat_clock();
  if (s->idle > 0 && s->timer.place == 0 &&
      sat_loop_start(s->op.loop, &s->timer, s->idle) < 0) {
    sat_error_set(&s->err, SAT_E_MEMORY, "not enough memory");
    sat_stream_end(s);
    return -1;
  }
  sat_op_rearm(&s->op);
  sat_stream_watch(s);
  return s->stage == SAT_STREAM_OPEN ? 0 : -1;
}

static void on_timer(void *arg) {
  struct sat_stream *s = arg;
  if (s->stage == SAT_STREAM_OPEN) {
    double left = s->active + s->idle - sat_clock();
    if (s->op.done || s->idle <= 0) return; /* nobody waits */
    if (left > 0 && sat_loop_start(s->op.loop, &s->timer, left) == 0) return;
  }
  sat_stream_explain_timeout(s);
  sat_stream_disconnect(s);
  sat_stream_end(s);
}

static void open_now(struct sat_stream *s) {
  sat_loop_stop(s->op.loop, &s->timer);
  if (s->watched != 0) sat_loop_remove(s->op.loop, s->fd);
  s->watched = 0;
  s->stage = SAT_STREAM_OPEN;
  sat_stream_push(s);
  sat_stream_watch(s);
  if (!s->op.done) sat_op_finish(&s->op);
}

static void shake(struct sat_stream *s);

static void on_shake(void *arg, int fd, unsigned events) {
  (void)fd, (void)events;
  shake(arg);
}

static void watch_shake(struct sat_stream *s, unsigned events) {
  s->watched = events;
  if (sat_loop_add(s->op.loop, s->fd, events, on_shake, s) == 0) return;
  sat_error_set(&s->err, SAT_E_LIMIT, "cannot watch the socket");
  sat_stream_end(s);
}

static void shake(struct sat_stream *s) {
  switch (sat_tls_session_handshake(s->tls)) {
    case SAT_TLS_DONE:
      sat_tls_session_describe(s->tls, &s->tls_info);
      open_now(s);
      break;
    case SAT_TLS_READ: watch_shake(s, SAT_READ); break;
    case SAT_TLS_WRITE: watch_shake(s, SAT_WRITE); break;
    default:
      sat_stream_explain_tls(s, "tls");
      sat_stream_end(s);
  }
}

static int begin_tls(struct sat_stream *s) {
  s->tls = sat_tls_session_new(s->fd, s->host, &s->policy, &s->err);
  s->stage = SAT_STREAM_SHAKING;
  s->failure.stage = "tls";
  if (s->tls != NULL) {
    shake(s);
    return s->stage == SAT_STREAM_ENDED ? -1 : 0;
  }
  sat_stream_end(s);
  return -1;
}

void sat_stream_connected(struct sat_stream *s) {
  if (s->implicit)
    begin_tls(s);
  else
    open_now(s);
}

static char *copy(const char *text, bool *failed) {
  char *s = text != NULL ? strdup(text) : NULL;
  if (text != NULL && s == NULL) *failed = true;
  return s;
}

static int keep(struct sat_stream *s, const struct sat_stream_request *r,
                struct sat_error *err) {
  bool failed = false;
  s->policy = r->policy;
  s->policy.ca = copy(r->policy.ca, &failed);
  s->policy.cert = copy(r->policy.cert, &failed);
  s->policy.key = copy(r->policy.key, &failed);
  s->implicit = r->tls;
  s->timeout = r->timeout;
  s->idle = r->idle;
  if (failed) return sat_error_set(err, SAT_E_MEMORY, "not enough memory");
  return 0;
}

static int start_timer(struct sat_stream *s, struct sat_error *err) {
  if (s->timeout <= 0) return 0;
  if (sat_loop_start(s->op.loop, &s->timer, s->timeout) == 0) return 0;
  return sat_error_set(err, SAT_E_MEMORY, "not enough memory");
}

struct sat_stream *sat_stream_new(struct sat_loop *loop,
                                  const struct sat_stream_request *r,
                                  struct sat_error *err) {
  struct sat_stream *s = calloc(1, sizeof *s);
  if (s == NULL) {
    sat_error_set(err, SAT_E_MEMORY, "not enough memory");
    return NULL;
  }
  sat_op_init(&s->op, loop);
  s->fd = -1;
  s->timer.run = on_timer;
  s->timer.arg = s;
  if (keep(s, r, err) < 0 || start_timer(s, err) < 0 ||
      sat_stream_connect(s, r, err) < 0)
    sat_stream_free(&s);
  return s;
}

void sat_stream_free(struct sat_stream **sp) {
  struct sat_stream *s = *sp;
  *sp = NULL;
  if (s == NULL) return;
  sat_stream_disconnect(s);
  sat_loop_stop(s->op.loop, &s->timer);
  sat_tls_session_free(&s->tls);
  stop_socket(s);
  sat_deflate_free(&s->deflate);
  sat_window_free(&s->in);
  sat_window_free(&s->out);
  sat_window_free(&s->packed);
  free((char *)s->policy.ca);
  free((char *)s->policy.cert);
  free((char *)s->policy.key);
  sat_op_drop(&s->op);
  free(s);
}

struct sat_op *sat_stream_op(struct sat_stream *s) { return &s->op; }

bool sat_stream_ready(const struct sat_stream *s) {
  return s->stage == SAT_STREAM_OPEN;
}

void sat_stream_peek(const struct sat_stream *s, const uint8_t **p_r,
                     size_t *n_r) {
  *p_r = sat_window_first(&s->in);
  *n_r = sat_window_left(&s->in);
}

void sat_stream_skip(struct sat_stream *s, size_t n) {
  size_t left;
  sat_window_skip(&s->in, n);
  left = sat_window_left(&s->in);
  if (s->fresh > left) s->fresh = left;
}

/* Who armed it has what it waited for: time does not run out any more. */
static void disarm(struct sat_stream *s) {
  s->waits_in = s->waits_out = false;
  if (!s->op.done) sat_op_finish(&s->op);
}

static int told(struct sat_stream *s) {
  size_t n = s->fresh;
  s->fresh = 0;
  disarm(s);
  return n > INT_MAX ? INT_MAX : (int)n;
}

int sat_stream_fill(struct sat_stream *s) {
  if (s->fresh == 0 && s->stage == SAT_STREAM_OPEN) sat_stream_pull(s);
  if (s->fresh == 0 && s->stage == SAT_STREAM_ENDED)
    sat_stream_unpack_rest(s);
  if (s->fresh > 0) return told(s);
  if (s->stage == SAT_STREAM_ENDED) return -1;
  if (s->stage != SAT_STREAM_OPEN) return 0;
  s->waits_in = true;
  return arm(s);
}

int sat_stream_step(struct sat_stream *s) {
  int result;
  if (s->stage == SAT_STREAM_CONNECTING || s->stage == SAT_STREAM_SHAKING)
    return 0;
  if (!s->told_ready && s->stage == SAT_STREAM_OPEN) {
    s->told_ready = true;
    return 1;
  }
  if (sat_window_left(&s->in) > 0) return 1;
  result = sat_stream_fill(s);
  if (result > 0) s->fresh += (size_t)result; /* who fills is told again */
  return result > 0 ? 1 : result;
}

int sat_stream_put(struct sat_stream *s, const void *p, size_t n) {
  int result;
  if (s->stage == SAT_STREAM_ENDED) return -1;
  if (s->deflate != NULL)
    result = sat_deflate_put(s->deflate, p, n, &s->out);
  else
    result = sat_window_put(&s->out, p, n);
  if (result < 0) {
    sat_error_set(&s->err, SAT_E_MEMORY, "not enough memory");
    sat_stream_end(s);
    return -1;
  }
  s->sent += n;
  if (s->stage != SAT_STREAM_OPEN) return 0;
  sat_stream_push(s);
  sat_stream_watch(s);
  return s->stage == SAT_STREAM_OPEN ? 0 : -1;
}

size_t sat_stream_pending(const struct sat_stream *s) {
  return sat_window_left(&s->out);
}

int sat_stream_drained(struct sat_stream *s, size_t most) {
  if (s->stage == SAT_STREAM_ENDED) return -1;
  if (s->stage != SAT_STREAM_OPEN) return 0;
  sat_stream_push(s);
  if (s->stage != SAT_STREAM_OPEN) return -1;
  if (sat_window_left(&s->out) <= most) {
    if (!s->waits_in) disarm(s);
    return 1;
  }
  s->waits_out = true;
  s->drain_to = most;
  return arm(s);
}

static int refuse(struct sat_stream *s, const char *why) {
  sat_error_set(&s->err, SAT_E_INVALID, "%s: %s", s->place, why);
  sat_stream_end(s);
  return -1;
}

int sat_stream_start_tls(struct sat_stream *s) {
  if (s->stage == SAT_STREAM_ENDED) return -1;
  if (s->stage != SAT_STREAM_OPEN || s->tls != NULL || s->deflate != NULL)
    return refuse(s, "TLS cannot begin here");
  if (sat_window_left(&s->out) > 0)
    return refuse(s, "TLS cannot begin before all is written");
  sat_stream_pull(s);
  if (s->fresh == 0 && s->stage == SAT_STREAM_ENDED) return -1;
  if (sat_window_left(&s->in) > 0) {
    sat_error_set(&s->err, SAT_E_PROTOCOL,
                  "%s (or somebody between) sent an answer before TLS that "
                  "was to be taken for one within: a STARTTLS injection",
                  s->place);
    s->failure.stage = "tls";
    sat_stream_end(s);
    return -1;
  }
  sat_loop_remove(s->op.loop, s->fd);
  s->watched = 0;
  s->told_ready = false;
  sat_op_rearm(&s->op);
  if (start_timer(s, &s->err) < 0) {
    sat_stream_end(s);
    return -1;
  }
  return begin_tls(s);
}

int sat_stream_compress(struct sat_stream *s) {
  struct sat_window rest = s->in;
  if (s->stage == SAT_STREAM_ENDED) return -1;
  if (s->stage != SAT_STREAM_OPEN || s->deflate != NULL)
    return refuse(s, "compression cannot begin here");
  s->deflate = sat_deflate_new();
  if (s->deflate == NULL) return refuse(s, "not enough memory to compress");
  s->in = s->packed;
  s->packed = rest;
  s->fresh = 0;
  return 0;
}

bool sat_stream_binding(const struct sat_stream *s, const char *type,
                        struct sat_buf *out) {
  return s->tls != NULL && sat_tls_session_binding(s->tls, type, out);
}

void sat_stream_set_idle(struct sat_stream *s, double seconds) {
  s->idle = seconds;
  if (s->stage != SAT_STREAM_OPEN) return;
  sat_loop_stop(s->op.loop, &s->timer);
  if (s->op.done) return;
  s->active = sat_clock();
  arm(s);
}

void sat_stream_cancel(struct sat_stream *s) {
  if (s->stage == SAT_STREAM_ENDED) return;
  sat_error_set(&s->err, SAT_E_CANCELLED, "the connection to %s was cancelled",
                s->place);
  sat_stream_disconnect(s);
  sat_stream_end(s);
}

void sat_stream_close(struct sat_stream *s) {
  if (s->stage == SAT_STREAM_OPEN && s->tls != NULL)
    sat_tls_session_bye(s->tls);
  sat_stream_cancel(s);
}

const struct sat_error *sat_stream_error(const struct sat_stream *s) {
  return &s->err;
}

const struct sat_stream_failure *sat_stream_failed(
    const struct sat_stream *s) {
  return &s->failure;
}

static void describe_tls(const struct sat_stream *s,
                         struct sat_stream_info *out_r) {
  const struct sat_tls_info *info = &s->tls_info;
  if (s->tls == NULL || s->tls_info.version == NULL) return;
  out_r->tls = info->version;
  out_r->cipher = info->cipher;
  out_r->peer_name = info->subject;
  out_r->issuer = info->issuer;
  out_r->expires = info->expires;
  out_r->verified = info->verified;
}

void sat_stream_describe(const struct sat_stream *s,
                         struct sat_stream_info *out_r) {
  memset(out_r, 0, sizeof *out_r);
  out_r->host = s->host;
  out_r->place = s->place;
  out_r->address = s->address[0] != '\0' ? s->address : NULL;
  out_r->compressed = s->deflate != NULL;
  out_r->sent = s->sent;
  out_r->received = s->received;
  describe_tls(s, out_r);
}
