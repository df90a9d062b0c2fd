#include "net/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EVENTS 64

struct watch {
  sat_loop_callback *callback; /* NULL: not watched */
  void *arg;
  unsigned events;
  uint32_t mark; /* tells an event of an earlier owner of the number */
};

struct sat_loop {
  int poller;
  unsigned refs;
  struct watch *watches; /* by descriptor */
  size_t watch_n;
  uint32_t mark;
  struct sat_timers timers;
  uint64_t token;
  bool news; /* an operation has ended since the last step */
  struct sat_op *first, *last; /* watched operations that have ended */
  struct sat_multi *multi;
  void (*multi_release)(struct sat_multi *);
};

struct sat_loop *sat_loop_new(struct sat_error *err) {
  struct sat_loop *loop = calloc(1, sizeof *loop);
  if (loop == NULL) {
    sat_error_set(err, SAT_E_MEMORY, "not enough memory");
    return NULL;
  }
  loop->poller = sat_poller_open();
  if (loop->poller < 0) {
    sat_error_set(err, SAT_E_LIMIT, "cannot make an event loop: %s",
                  strerror(errno));
    free(loop);
    return NULL;
  }
  loop->refs = 1;
  return loop;
}

void sat_loop_ref(struct sat_loop *loop) { loop->refs++; }

void sat_loop_unref(struct sat_loop **lp) {
  struct sat_loop *loop = *lp;
  *lp = NULL;
  if (loop == NULL || --loop->refs > 0) return;
  if (loop->multi != NULL) loop->multi_release(loop->multi);
  sat_timers_free(&loop->timers);
  close(loop->poller);
  free(loop->watches);
  free(loop);
}

int sat_loop_fd(const struct sat_loop *loop) { return loop->poller; }

double sat_loop_timeout(const struct sat_loop *loop) {
  bool now = loop->news || loop->first != NULL;
  return now ? 0 : sat_timers_left(&loop->timers);
}

static void dispatch(struct sat_loop *loop, const struct sat_poll_event *e) {
  struct watch *w;
  if ((size_t)e->fd >= loop->watch_n) return;
  w = &loop->watches[e->fd];
  if (w->callback == NULL || w->mark != e->mark) return;
  w->callback(w->arg, e->fd, e->events);
}

static int run(struct sat_loop *loop, double seconds,
               struct sat_error *err) {
  struct sat_poll_event events[EVENTS];
  double left = sat_loop_timeout(loop); /* 0 while somebody is to be told */
  int n;
  if (left >= 0 && (seconds < 0 || left < seconds)) seconds = left;
  n = sat_poller_wait(loop->poller, seconds, events, EVENTS);
  if (n < 0)
    return sat_error_set(err, SAT_E_SERVER, "cannot wait for events: %s",
                         strerror(errno));
  for (int i = 0; i < n; i++) dispatch(loop, &events[i]);
  sat_timers_run(&loop->timers);
  return 0;
}

int sat_loop_step(struct sat_loop *loop, double seconds,
                  struct sat_error *err) {
  int result = run(loop, loop->news ? 0 : seconds, err);
  loop->news = false;
  return result;
}

int sat_loop_poll(struct sat_loop *loop, struct sat_error *err) {
  return run(loop, 0, err);
}

static int room(struct sat_loop *loop, int fd) {
  size_t n = loop->watch_n != 0 ? loop->watch_n : 64;
  struct watch *w;
  if (fd < 0) {
    errno = EBADF;
    return -1;
  }
  if ((size_t)fd < loop->watch_n) return 0;
  while (n <= (size_t)fd) n *= 2;
  w = realloc(loop->watches, n * sizeof *w);
  if (w == NULL) return -1;
  memset(w + loop->watch_n, 0, (n - loop->watch_n) * sizeof *w);
  loop->watches = w;
  loop->watch_n = n;
  return 0;
}

int sat_loop_add(struct sat_loop *loop, int fd, unsigned events,
                 sat_loop_callback *callback, void *arg) {
  struct watch *w;
  if (room(loop, fd) < 0) return -1;
  w = &loop->watches[fd];
  if (w->callback != NULL && w->arg != arg) {
    errno = EBUSY;
    return -1;
  }
  if (w->callback == NULL) w->mark = ++loop->mark;
  if (sat_poller_set(loop->poller, fd, w->events, events, w->mark) < 0)
    return -1;
  w->callback = callback;
  w->arg = arg;
  w->events = events;
  return 0;
}

void sat_loop_remove(struct sat_loop *loop, int fd) {
  struct watch *w;
  if (fd < 0 || (size_t)fd >= loop->watch_n) return;
  w = &loop->watches[fd];
  if (w->events != 0)
    sat_poller_set(loop->poller, fd, w->events, 0, w->mark);
  memset(w, 0, sizeof *w);
}

int sat_loop_start(struct sat_loop *loop, struct sat_timer *t,
                   double seconds) {
  return sat_timer_start(&loop->timers, t, sat_clock() + seconds);
}

void sat_loop_stop(struct sat_loop *loop, struct sat_timer *t) {
  sat_timer_stop(&loop->timers, t);
}

struct sat_multi *sat_loop_multi(const struct sat_loop *loop) {
  return loop->multi;
}

void sat_loop_set_multi(struct sat_loop *loop, struct sat_multi *multi,
                        void (*release)(struct sat_multi *)) {
  loop->multi = multi;
  loop->multi_release = release;
}

void sat_op_init(struct sat_op *op, struct sat_loop *loop) {
  memset(op, 0, sizeof *op);
  op->loop = loop;
  op->token = ++loop->token;
  sat_loop_ref(loop);
}

static void queue(struct sat_op *op) {
  struct sat_loop *loop = op->loop;
  if (op->queued || !op->watched || !op->done) return;
  op->queued = true;
  op->before = loop->last;
  op->next = NULL;
  if (loop->last != NULL)
    loop->last->next = op;
  else
    loop->first = op;
  loop->last = op;
}

static void unqueue(struct sat_op *op) {
  struct sat_loop *loop = op->loop;
  if (!op->queued) return;
  op->queued = false;
  if (op->before != NULL)
    op->before->next = op->next;
  else
    loop->first = op->next;
  if (op->next != NULL)
    op->next->before = op->before;
  else
    loop->last = op->before;
}

uint64_t sat_op_watch(struct sat_op *op) {
  op->watched = true;
  queue(op);
  return op->token;
}

void sat_op_finish(struct sat_op *op) {
  op->done = true;
  op->loop->news = true;
  queue(op);
}

void sat_op_rearm(struct sat_op *op) {
  unqueue(op);
  op->done = false;
}

void sat_op_drop(struct sat_op *op) {
  if (op->loop == NULL) return;
  unqueue(op);
  sat_loop_unref(&op->loop);
}

uint64_t sat_loop_finished(struct sat_loop *loop) {
  struct sat_op *op = loop->first;
  if (op == NULL) return 0;
  unqueue(op);
  op->watched = false;
  return op->token;
}
