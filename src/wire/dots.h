/*
** Text that ends with a line of one dot (RFC 5321 4.5.2, RFC 1939 3): lines
** that begin with a dot have another one in front.  Both directions are
** resumable: the text may be cut anywhere.
**
** What is written has no CR or LF but in CRLF (RFC 5321 2.3.8), whatever was
** given: a bare one becomes CRLF, so that no line of ours can be the last
** one for some reader.  What is read ends with CRLF "." CRLF and nothing
** else.
*/
#ifndef sat_dots_h
#define sat_dots_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct sat_dots_writer {
  bool stuff;  /* false: only the ends of lines are put right */
  bool inside; /* not at the beginning of a line */
  bool cr;     /* the last byte was a CR, not written yet */
};

/* Appends the text as it goes over the wire. */
void sat_dots_write(struct sat_dots_writer *w, struct sat_buf *out,
                    const void *p, size_t n);

/* Ends the last line; then the line of one dot, if dots are stuffed. */
void sat_dots_end(struct sat_dots_writer *w, struct sat_buf *out);

enum sat_dots_state {
  SAT_DOTS_LINE,   /* at the beginning of a line */
  SAT_DOTS_TEXT,   /* in a line */
  SAT_DOTS_CR,     /* behind a CR in a line */
  SAT_DOTS_DOT,    /* behind a dot that began a line */
  SAT_DOTS_DOT_CR, /* behind a dot and a CR */
  SAT_DOTS_END     /* the last line has been read */
};

struct sat_dots_reader {
  enum sat_dots_state state;
};

/* Appends the text without its stuffing; returns the bytes consumed, which
** are fewer than n only when the end was among them. */
size_t sat_dots_read(struct sat_dots_reader *r, struct sat_buf *out,
                     const void *p, size_t n);

#endif
