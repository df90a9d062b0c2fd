/*
** The loop: one descriptor behind which all others of a Lua state wait, and
** one list of timers.  It never blocks longer than it is told to, and calls
** only C.  An *operation* is what somebody may wait for; one that ends is
** queued, so that who resumes waiters need not look at all of them.
**
** The loop lives until its owner and all operations have let go of it.
*/
#ifndef sat_loop_h
#define sat_loop_h

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "net/poller.h"
#include "net/timer.h"

struct sat_loop;
struct sat_multi;

/* 'events' are those that came; it may add and remove descriptors */
typedef void sat_loop_callback(void *arg, int fd, unsigned events);

/* NULL after recording an error. */
struct sat_loop *sat_loop_new(struct sat_error *err);
void sat_loop_ref(struct sat_loop *loop);
void sat_loop_unref(struct sat_loop **loop);

/* what a host waits for, until readable */
int sat_loop_fd(const struct sat_loop *loop);

/* seconds until sat_loop_step must be called anyway; < 0: no need */
double sat_loop_timeout(const struct sat_loop *loop);

/* Waits for events at most so many seconds (< 0: as long as it takes) and
** runs what is ready.  Does not wait if an operation has ended in
** sat_loop_poll since the last step: the caller has yet to look at it.
** -1 after recording an error. */
int sat_loop_step(struct sat_loop *loop, double seconds,
                  struct sat_error *err);

/* Runs what is ready, on the way to something else. */
int sat_loop_poll(struct sat_loop *loop, struct sat_error *err);

/* Watches a descriptor, or changes what it is watched for (SAT_READ,
** SAT_WRITE); it has one watcher, told by 'arg'.  Remove it before it is
** closed.  -1: errno tells why (EBUSY: somebody else watches it). */
int sat_loop_add(struct sat_loop *loop, int fd, unsigned events,
                 sat_loop_callback *callback, void *arg);
void sat_loop_remove(struct sat_loop *loop, int fd);

int sat_loop_start(struct sat_loop *loop, struct sat_timer *t,
                   double seconds);
void sat_loop_stop(struct sat_loop *loop, struct sat_timer *t);

/* Where HTTP keeps its transfers; the loop frees it by 'release'. */
struct sat_multi *sat_loop_multi(const struct sat_loop *loop);
void sat_loop_set_multi(struct sat_loop *loop, struct sat_multi *multi,
                        void (*release)(struct sat_multi *));

/* Embedded in everything that can be waited for; it holds the loop. */
struct sat_op {
  struct sat_loop *loop;
  uint64_t token; /* its name, never used again */
  bool done, watched, queued;
  struct sat_op *next, *before;
};

void sat_op_init(struct sat_op *op, struct sat_loop *loop);

/* Somebody waits: queue it when it ends (now, if it has ended).  Returns
** the token that sat_loop_finished will give. */
uint64_t sat_op_watch(struct sat_op *op);

void sat_op_finish(struct sat_op *op);

/* It goes on: what can be waited for again and again. */
void sat_op_rearm(struct sat_op *op);

/* Lets go of the loop; to be called before its memory goes. */
void sat_op_drop(struct sat_op *op);

/* the token of a watched operation that has ended, or 0 */
uint64_t sat_loop_finished(struct sat_loop *loop);

#endif
