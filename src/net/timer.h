/*
** Timers: a binary heap ordered by time.  A timer belongs to whoever set
** it and must be stopped before its memory goes.  Times are seconds of the
** monotonic clock.
*/
#ifndef sat_timer_h
#define sat_timer_h

#include <stddef.h>

struct sat_timer {
  double at;
  void (*run)(void *arg); /* may start and stop timers, this one too */
  void *arg;
  size_t place; /* in the heap, from 1; 0: not running */
};

struct sat_timers {
  struct sat_timer **heap;
  size_t n, cap;
};

/* seconds of the monotonic clock */
double sat_clock(void);

/* Starts it, or moves it to another time; -1: no memory. */
int sat_timer_start(struct sat_timers *all, struct sat_timer *t, double at);

/* harmless if it does not run */
void sat_timer_stop(struct sat_timers *all, struct sat_timer *t);

/* seconds until the next one, 0 if it is due; -1: there is none */
double sat_timers_left(const struct sat_timers *all);

/* Runs what is due now; what is started meanwhile waits for the next call. */
void sat_timers_run(struct sat_timers *all);

void sat_timers_free(struct sat_timers *all);

#endif
