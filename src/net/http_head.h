/*
** The head of a response as libcurl hands it over, line by line.  Interim
** answers and rounds of authentication replace each other: what is kept is
** the last.  Its size is bounded.
*/
#ifndef sat_http_head_h
#define sat_http_head_h

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct sat_http_header {
  const char *name, *value;
};

struct sat_http_head {
  struct sat_arena arena;
  struct sat_http_header *v;
  size_t n, cap;
  unsigned status; /* 0: nothing has come */
  bool complete;   /* the empty line behind it has come */
  size_t bytes;    /* of all heads so far */
  size_t limit;    /* most of them */
  bool too_large;
};

/* One line, with its end.  false: it is too large, or memory ran out. */
bool sat_http_head_line(struct sat_http_head *h, const char *p, size_t n);

/* seconds that Retry-After asks for (RFC 9110 10.2.3); < 0: it does not */
double sat_http_head_retry_after(const struct sat_http_head *h);

void sat_http_head_free(struct sat_http_head *h);

#endif
