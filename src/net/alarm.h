/*
** An operation that ends when its time has come.
*/
#ifndef sat_alarm_h
#define sat_alarm_h

#include "net/loop.h"

struct sat_alarm;

/* NULL: no memory. */
struct sat_alarm *sat_alarm_new(struct sat_loop *loop, double seconds);
void sat_alarm_free(struct sat_alarm **a);

struct sat_op *sat_alarm_op(struct sat_alarm *a);

#endif
