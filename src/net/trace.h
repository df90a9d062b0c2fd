/*
** What was sent and received, for people to read: heads of messages and the
** sizes of bodies.  Nothing enters a trace unmasked.
*/
#ifndef sat_trace_h
#define sat_trace_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
** Appends text, line by line, with credentials replaced by "***": the values
** of Authorization, Cookie, Set-Cookie and their like, what follows PASS,
** LOGIN and AUTH in line protocols, and the values of password=, token= and
** "password": in forms and JSON.
*/
void sat_trace_mask(struct sat_buf *out, const char *text, size_t n);

struct sat_trace_event {
  bool sent;           /* else received */
  struct sat_buf head; /* masked text, lines ended by \n */
  uint64_t bytes;      /* of the body */
};

struct sat_trace {
  struct sat_trace_event *v;
  size_t n;
};

/* A message begins: its head, or one more line of it. */
void sat_trace_head(struct sat_trace *t, bool sent, const char *text,
                    size_t n);

/* n more bytes of the body */
void sat_trace_body(struct sat_trace *t, bool sent, size_t n);

void sat_trace_free(struct sat_trace *t);

#endif
