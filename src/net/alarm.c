#include "net/alarm.h"

#include <stdlib.h>

struct sat_alarm {
  struct sat_op op;
  struct sat_timer timer;
};

static void ring(void *arg) {
  struct sat_alarm *a = arg;
  sat_op_finish(&a->op);
}

struct sat_alarm *sat_alarm_new(struct sat_loop *loop, double seconds) {
  struct sat_alarm *a = calloc(1, sizeof *a);
  if (a == NULL) return NULL;
  sat_op_init(&a->op, loop);
  a->timer.run = ring;
  a->timer.arg = a;
  if (sat_loop_start(loop, &a->timer, seconds > 0 ? seconds : 0) < 0)
    sat_alarm_free(&a);
  return a;
}

void sat_alarm_free(struct sat_alarm **ap) {
  struct sat_alarm *a = *ap;
  *ap = NULL;
  if (a == NULL) return;
  sat_loop_stop(a->op.loop, &a->timer);
  sat_op_drop(&a->op);
  free(a);
}

struct sat_op *sat_alarm_op(struct sat_alarm *a) { return &a->op; }
