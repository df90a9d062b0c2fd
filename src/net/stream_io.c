/*
** Bytes between the socket and the windows, through TLS and DEFLATE where
** they are on.
*/
#include <errno.h>
#include <sys/socket.h>

#include "net/stream_state.h"

#define CHUNK_LEAST ((size_t)16 << 10)
#define CHUNK_MOST ((size_t)256 << 10)

enum moved { MOVED, STUCK, ENDED };

static enum moved recv_clear(struct sat_stream *s, void *p, size_t n,
                             size_t *n_r) {
  ssize_t got;
  do got = recv(s->fd, p, n, 0);
  while (got < 0 && errno == EINTR);
  if (got > 0) {
    *n_r = (size_t)got;
    return MOVED;
  }
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return STUCK;
  if (got == 0)
    sat_stream_explain_closed(s);
  else
    sat_stream_explain_errno(s, errno, "receive");
  return ENDED;
}

static enum moved recv_tls(struct sat_stream *s, void *p, size_t n,
                           size_t *n_r) {
  s->read_wants_write = false;
  switch (sat_tls_session_read(s->tls, p, n, n_r)) {
    case SAT_TLS_DONE: return MOVED;
    case SAT_TLS_READ: return STUCK;
    case SAT_TLS_WRITE: s->read_wants_write = true; return STUCK;
    case SAT_TLS_CLOSED: sat_stream_explain_closed(s); return ENDED;
    default: sat_stream_explain_tls(s, "receive"); return ENDED;
  }
}

static enum moved no_memory(struct sat_stream *s) {
  sat_error_set(&s->err, SAT_E_MEMORY, "not enough memory");
  return ENDED;
}

/* Fills one chunk of a window. */
static enum moved recv_chunk(struct sat_stream *s, struct sat_window *w) {
  size_t room = s->chunk, n = 0;
  uint8_t *p = sat_window_room(w, room);
  enum moved result = MOVED;
  if (p == NULL) return no_memory(s);
  while (room > 0 && result == MOVED) {
    result = s->tls != NULL ? recv_tls(s, p, room, &n)
                            : recv_clear(s, p, room, &n);
    if (result != MOVED) break;
    sat_window_added(w, n);
    p += n;
    room -= n;
    /* TLS gives a record at a time; a short read of the socket was all */
    if (s->tls == NULL && room > 0) result = STUCK;
  }
  if (room == 0 && s->chunk < CHUNK_MOST) s->chunk *= 2;
  return result;
}

static enum moved unpack(struct sat_stream *s, size_t most) {
  long n = sat_deflate_take(s->deflate, &s->packed, &s->in, most);
  if (n == -2) return no_memory(s);
  if (n >= 0) return n > 0 ? MOVED : STUCK;
  sat_error_set(&s->err, SAT_E_PROTOCOL,
                "%s sent compressed bytes that make no sense", s->place);
  s->failure.stage = "receive";
  return ENDED;
}

static enum moved pull_packed(struct sat_stream *s, size_t most) {
  enum moved result = unpack(s, most); /* what is left of before */
  if (result != STUCK) return result;
  result = recv_chunk(s, &s->packed);
  return unpack(s, most) == ENDED ? ENDED : result;
}

void sat_stream_unpack_rest(struct sat_stream *s) {
  size_t before = sat_window_left(&s->in);
  if (s->deflate == NULL) return;
  unpack(s, SAT_STREAM_AHEAD);
  s->fresh += sat_window_left(&s->in) - before;
}

static enum moved pull_some(struct sat_stream *s, size_t most) {
  if (s->deflate != NULL) return pull_packed(s, most);
  return recv_chunk(s, &s->in);
}

void sat_stream_pull(struct sat_stream *s) {
  size_t before = sat_window_left(&s->in), got = 0;
  enum moved result = MOVED;
  if (s->chunk == 0) s->chunk = CHUNK_LEAST;
  while (result == MOVED && got < SAT_STREAM_AHEAD) {
    result = pull_some(s, SAT_STREAM_AHEAD - got);
    got = sat_window_left(&s->in) - before;
  }
  s->fresh += got;
  s->received += got;
  if (got > 0) s->active = sat_clock();
  if (result == ENDED) sat_stream_end(s);
}

static enum moved send_clear(struct sat_stream *s, const void *p, size_t n,
                             size_t *n_r) {
  ssize_t done;
  do done = send(s->fd, p, n, MSG_NOSIGNAL);
  while (done < 0 && errno == EINTR);
  if (done >= 0) {
    *n_r = (size_t)done;
    return MOVED;
  }
  if (errno == EAGAIN || errno == EWOULDBLOCK) return STUCK;
  sat_stream_explain_errno(s, errno, "send");
  return ENDED;
}

static enum moved send_tls(struct sat_stream *s, const void *p, size_t n,
                           size_t *n_r) {
  s->write_wants_read = false;
  switch (sat_tls_session_write(s->tls, p, n, n_r)) {
    case SAT_TLS_DONE: return MOVED;
    case SAT_TLS_WRITE: return STUCK;
    case SAT_TLS_READ: s->write_wants_read = true; return STUCK;
    case SAT_TLS_CLOSED: sat_stream_explain_closed(s); return ENDED;
    default: sat_stream_explain_tls(s, "send"); return ENDED;
  }
}

/* What the other end said before it closed is still to be had. */
static void end_by_send(struct sat_stream *s) {
  struct sat_error err = s->err;
  struct sat_stream_failure failure = s->failure;
  sat_error_clear(&s->err);
  sat_stream_pull(s);
  s->err = err;
  s->failure = failure;
  sat_stream_end(s);
}

void sat_stream_push(struct sat_stream *s) {
  enum moved result = MOVED;
  while (result == MOVED && sat_window_left(&s->out) > 0) {
    size_t n = 0, left = sat_window_left(&s->out);
    const uint8_t *p = sat_window_first(&s->out);
    result = s->tls != NULL ? send_tls(s, p, left, &n)
                            : send_clear(s, p, left, &n);
    sat_window_skip(&s->out, n);
    if (n > 0) s->active = sat_clock();
  }
  if (result == ENDED) end_by_send(s);
}

static unsigned wanted(const struct sat_stream *s) {
  unsigned events = 0;
  bool room = sat_window_left(&s->in) < SAT_STREAM_AHEAD;
  if (s->waits_in || room) events |= SAT_READ;
  if (s->write_wants_read) events |= SAT_READ;
  if (sat_window_left(&s->out) > 0 && !s->write_wants_read)
    events |= SAT_WRITE;
  if (s->read_wants_write) events |= SAT_WRITE;
  return events;
}

static void on_ready(void *arg, int fd, unsigned events) {
  struct sat_stream *s = arg;
  (void)fd;
  if (events & (SAT_WRITE | SAT_BROKEN) || s->write_wants_read)
    sat_stream_push(s);
  if (s->stage == SAT_STREAM_OPEN &&
      (events & (SAT_READ | SAT_BROKEN) || s->read_wants_write))
    sat_stream_pull(s);
  if (s->stage != SAT_STREAM_OPEN) return;
  if (s->fresh > 0 ||
      (s->waits_out && sat_window_left(&s->out) <= s->drain_to)) {
    s->waits_in = s->waits_out = false;
    if (!s->op.done) sat_op_finish(&s->op);
  }
  sat_stream_watch(s);
}

void sat_stream_watch(struct sat_stream *s) {
  unsigned events = wanted(s);
  if (s->stage != SAT_STREAM_OPEN || events == s->watched) return;
  s->watched = events;
  if (sat_loop_add(s->op.loop, s->fd, events, on_ready, s) == 0) return;
  sat_stream_explain_errno(s, errno, "receive");
  sat_stream_end(s);
}
