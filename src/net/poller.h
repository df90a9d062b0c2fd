/*
** Readiness of descriptors behind one descriptor: epoll, or kqueue where
** there is none.  It knows descriptors and events, nothing of who waits.
*/
#ifndef sat_poller_h
#define sat_poller_h

#include <stdint.h>

enum { SAT_READ = 1, SAT_WRITE = 2, SAT_BROKEN = 4 };

struct sat_poll_event {
  int fd;
  uint32_t mark;   /* as given when the descriptor was set */
  unsigned events; /* SAT_READ, SAT_WRITE, SAT_BROKEN */
};

/* the poller's own descriptor, or -1 with errno set */
int sat_poller_open(void);

/* Waits for other events than before (0: none).  The mark comes back with
** each event.  Returns -1 with errno set. */
int sat_poller_set(int poller, int fd, unsigned before, unsigned events,
                   uint32_t mark);

/* Waits at most so many seconds (< 0: for ever) and gives the number of
** events; 0 too when a signal came; -1 with errno set. */
int sat_poller_wait(int poller, double seconds, struct sat_poll_event *out,
                    int max);

#endif
