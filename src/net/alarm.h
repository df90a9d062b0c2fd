/*
** An operation that ends when its time has come or, if it was told one,
** when a descriptor is ready.
*/
#ifndef sat_alarm_h
#define sat_alarm_h

#include "net/loop.h"

struct sat_alarm;

/* NULL: no memory. */
struct sat_alarm *sat_alarm_new(struct sat_loop *loop, double seconds);

/* Waits for events of a descriptor that nobody else watches, at most so many
** seconds (< 0: as long as it takes).  NULL: errno tells why. */
struct sat_alarm *sat_alarm_watch(struct sat_loop *loop, int fd,
                                  unsigned events, double seconds);

void sat_alarm_free(struct sat_alarm **a);

struct sat_op *sat_alarm_op(struct sat_alarm *a);

/* whether the descriptor became ready, once the operation has ended */
bool sat_alarm_ready(const struct sat_alarm *a);

#endif
