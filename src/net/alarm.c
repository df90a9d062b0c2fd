#include "net/alarm.h"

#include <stdlib.h>

struct sat_alarm {
  struct sat_op op;
  struct sat_timer timer;
  int fd; /* -1: none, or no longer watched */
  bool ready;
};

static void unwatch(struct sat_alarm *a) {
  if (a->fd >= 0) sat_loop_remove(a->op.loop, a->fd);
  a->fd = -1;
}

static void ring(void *arg) {
  struct sat_alarm *a = arg;
  unwatch(a);
  sat_op_finish(&a->op);
}

static void ready(void *arg, int fd, unsigned events) {
  struct sat_alarm *a = arg;
  (void)fd, (void)events;
  sat_loop_stop(a->op.loop, &a->timer);
  a->ready = true;
  ring(a);
}

static struct sat_alarm *make(struct sat_loop *loop) {
  struct sat_alarm *a = calloc(1, sizeof *a);
  if (a == NULL) return NULL;
  sat_op_init(&a->op, loop);
  a->timer.run = ring;
  a->timer.arg = a;
  a->fd = -1;
  return a;
}

struct sat_alarm *sat_alarm_new(struct sat_loop *loop, double seconds) {
  struct sat_alarm *a = make(loop);
  if (a == NULL) return NULL;
  if (sat_loop_start(loop, &a->timer, seconds > 0 ? seconds : 0) < 0)
    sat_alarm_free(&a);
  return a;
}

struct sat_alarm *sat_alarm_watch(struct sat_loop *loop, int fd,
                                  unsigned events, double seconds) {
  struct sat_alarm *a = make(loop);
  if (a == NULL) return NULL;
  if (sat_loop_add(loop, fd, events, ready, a) == 0)
    a->fd = fd;
  else
    sat_alarm_free(&a);
  if (a != NULL && seconds >= 0 &&
      sat_loop_start(loop, &a->timer, seconds) < 0)
    sat_alarm_free(&a);
  return a;
}

void sat_alarm_free(struct sat_alarm **ap) {
  struct sat_alarm *a = *ap;
  *ap = NULL;
  if (a == NULL) return;
  unwatch(a);
  sat_loop_stop(a->op.loop, &a->timer);
  sat_op_drop(&a->op);
  free(a);
}

struct sat_op *sat_alarm_op(struct sat_alarm *a) { return &a->op; }

bool sat_alarm_ready(const struct sat_alarm *a) { return a->ready; }
