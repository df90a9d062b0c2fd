#include "net/stream.h"

#include <stdlib.h>

struct sat_stream {
  struct sat_op op;
  struct sat_error err;
  struct sat_stream_failure failure;
};

struct sat_stream *sat_stream_new(struct sat_loop *loop,
                                  const struct sat_stream_request *r,
                                  struct sat_error *err) {
  (void)loop;
  sat_error_set(err, SAT_E_UNSUPPORTED, "no stream to %s yet", r->host);
  return NULL;
}

void sat_stream_free(struct sat_stream **s) {
  free(*s);
  *s = NULL;
}

struct sat_op *sat_stream_op(struct sat_stream *s) { return &s->op; }

static int fail(struct sat_stream *s) {
  return sat_error_set(&s->err, SAT_E_UNSUPPORTED, "no streams yet");
}

int sat_stream_step(struct sat_stream *s) { return fail(s); }

bool sat_stream_ready(const struct sat_stream *s) { return s == NULL; }

void sat_stream_peek(const struct sat_stream *s, const uint8_t **p_r,
                     size_t *n_r) {
  (void)s;
  *p_r = NULL;
  *n_r = 0;
}

void sat_stream_skip(struct sat_stream *s, size_t n) { (void)s, (void)n; }

int sat_stream_fill(struct sat_stream *s) { return fail(s); }

int sat_stream_put(struct sat_stream *s, const void *p, size_t n) {
  (void)p, (void)n;
  return fail(s);
}

size_t sat_stream_pending(const struct sat_stream *s) { return s == NULL; }

int sat_stream_drained(struct sat_stream *s, size_t most) {
  (void)most;
  return fail(s);
}

int sat_stream_start_tls(struct sat_stream *s) { return fail(s); }

int sat_stream_compress(struct sat_stream *s) { return fail(s); }

bool sat_stream_binding(const struct sat_stream *s, const char *type,
                        struct sat_buf *out) {
  (void)s, (void)type, (void)out;
  return false;
}

void sat_stream_set_idle(struct sat_stream *s, double seconds) {
  (void)s, (void)seconds;
}

void sat_stream_cancel(struct sat_stream *s) { fail(s); }
void sat_stream_close(struct sat_stream *s) { fail(s); }

const struct sat_error *sat_stream_error(const struct sat_stream *s) {
  return &s->err;
}

const struct sat_stream_failure *sat_stream_failed(
    const struct sat_stream *s) {
  return &s->failure;
}

void sat_stream_describe(const struct sat_stream *s,
                         struct sat_stream_info *out_r) {
  (void)s;
  *out_r = (struct sat_stream_info){0};
}
