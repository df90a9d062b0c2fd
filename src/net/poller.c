#include "net/poller.h"

#include <errno.h>
#include <stddef.h>

#define BATCH 64

#ifdef __linux__

#include <sys/epoll.h>

int sat_poller_open(void) { return epoll_create1(EPOLL_CLOEXEC); }

int sat_poller_set(int poller, int fd, unsigned before, unsigned events,
                   uint32_t mark) {
  struct epoll_event e = {0, {0}};
  int op = events == 0   ? EPOLL_CTL_DEL
           : before == 0 ? EPOLL_CTL_ADD
                         : EPOLL_CTL_MOD;
  if (events & SAT_READ) e.events |= EPOLLIN;
  if (events & SAT_WRITE) e.events |= EPOLLOUT;
  e.data.u64 = (uint64_t)mark << 32 | (uint32_t)fd;
  if (epoll_ctl(poller, op, fd, &e) == 0) return 0;
  /* the number was closed and given out again behind our back */
  if (op != EPOLL_CTL_MOD || errno != ENOENT) return -1;
  return epoll_ctl(poller, EPOLL_CTL_ADD, fd, &e);
}

/* rounded up: waking too early only to wait again would be a busy loop */
static int milliseconds(double seconds) {
  double ms = seconds * 1000;
  if (seconds < 0) return -1;
  if (ms > 1e9) return 1000000000;
  return (int)ms + (ms > (double)(int)ms ? 1 : 0);
}

int sat_poller_wait(int poller, double seconds, struct sat_poll_event *out,
                    int max) {
  struct epoll_event e[BATCH];
  int n = epoll_wait(poller, e, max < BATCH ? max : BATCH,
                     milliseconds(seconds));
  if (n < 0) return errno == EINTR ? 0 : -1;
  for (int i = 0; i < n; i++) {
    out[i].fd = (int)(uint32_t)(e[i].data.u64 & 0xffffffff);
    out[i].mark = (uint32_t)(e[i].data.u64 >> 32);
    out[i].events = 0;
    if (e[i].events & (EPOLLIN | EPOLLHUP)) out[i].events |= SAT_READ;
    if (e[i].events & EPOLLOUT) out[i].events |= SAT_WRITE;
    if (e[i].events & (EPOLLERR | EPOLLHUP)) out[i].events |= SAT_BROKEN;
  }
  return n;
}

#else

#include <sys/event.h>
#include <sys/time.h>
#include <sys/types.h>

int sat_poller_open(void) { return kqueue(); }

static int change(int poller, int fd, short filter, unsigned before,
                  unsigned after, uint32_t mark) {
  struct kevent e;
  if (before == 0 && after == 0) return 0;
  EV_SET(&e, fd, filter, after ? EV_ADD : EV_DELETE, 0, 0,
         (void *)(uintptr_t)mark);
  return kevent(poller, &e, 1, NULL, 0, NULL);
}

int sat_poller_set(int poller, int fd, unsigned before, unsigned events,
                   uint32_t mark) {
  int r = change(poller, fd, EVFILT_READ, before & SAT_READ,
                 events & SAT_READ, mark);
  int w = change(poller, fd, EVFILT_WRITE, before & SAT_WRITE,
                 events & SAT_WRITE, mark);
  return r < 0 || w < 0 ? -1 : 0;
}

int sat_poller_wait(int poller, double seconds, struct sat_poll_event *out,
                    int max) {
  struct kevent e[BATCH];
  struct timespec t;
  int n;
  if (seconds > 1e6) seconds = 1e6;
  t.tv_sec = (time_t)seconds;
  t.tv_nsec = (long)((seconds - (double)t.tv_sec) * 1e9);
  n = kevent(poller, NULL, 0, e, max < BATCH ? max : BATCH,
             seconds < 0 ? NULL : &t);
  if (n < 0) return errno == EINTR ? 0 : -1;
  for (int i = 0; i < n; i++) {
    out[i].fd = (int)e[i].ident;
    out[i].mark = (uint32_t)(uintptr_t)e[i].udata;
    out[i].events = e[i].filter == EVFILT_READ ? SAT_READ : SAT_WRITE;
    if (e[i].flags & EV_EOF) out[i].events |= SAT_BROKEN;
  }
  return n;
}

#endif
