#include "net/timer.h"

#include <stdlib.h>
#include <time.h>

double sat_clock(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void put(struct sat_timers *all, size_t place, struct sat_timer *t) {
  all->heap[place - 1] = t;
  t->place = place;
}

static void sift_up(struct sat_timers *all, struct sat_timer *t) {
  size_t place = t->place;
  while (place > 1 && all->heap[place / 2 - 1]->at > t->at) {
    put(all, place, all->heap[place / 2 - 1]);
    place /= 2;
  }
  put(all, place, t);
}

static void sift_down(struct sat_timers *all, struct sat_timer *t) {
  size_t place = t->place, child;
  for (; (child = 2 * place) <= all->n; place = child) {
    if (child < all->n && all->heap[child]->at < all->heap[child - 1]->at)
      child++;
    if (all->heap[child - 1]->at >= t->at) break;
    put(all, place, all->heap[child - 1]);
  }
  put(all, place, t);
}

static int room(struct sat_timers *all) {
  size_t cap = all->cap != 0 ? 2 * all->cap : 16;
  struct sat_timer **heap;
  if (all->n < all->cap) return 0;
  heap = realloc(all->heap, cap * sizeof *heap);
  if (heap == NULL) return -1;
  all->heap = heap;
  all->cap = cap;
  return 0;
}

int sat_timer_start(struct sat_timers *all, struct sat_timer *t, double at) {
  if (t->place == 0) {
    if (room(all) < 0) return -1;
    put(all, ++all->n, t);
  }
  t->at = at;
  sift_up(all, t);
  sift_down(all, t);
  return 0;
}

void sat_timer_stop(struct sat_timers *all, struct sat_timer *t) {
  size_t place = t->place;
  struct sat_timer *last;
  if (place == 0) return;
  t->place = 0;
  last = all->heap[--all->n];
  if (last == t) return;
  put(all, place, last);
  sift_up(all, last);
  sift_down(all, last);
}

double sat_timers_left(const struct sat_timers *all) {
  double left;
  if (all->n == 0) return -1;
  left = all->heap[0]->at - sat_clock();
  return left > 0 ? left : 0;
}

void sat_timers_run(struct sat_timers *all) {
  double now = sat_clock();
  while (all->n > 0 && all->heap[0]->at <= now) {
    struct sat_timer *t = all->heap[0];
    sat_timer_stop(all, t);
    t->run(t->arg);
  }
}

void sat_timers_free(struct sat_timers *all) {
  for (size_t i = 0; i < all->n; i++) all->heap[i]->place = 0;
  free(all->heap);
  all->heap = NULL;
  all->n = all->cap = 0;
}
