/*
** The header of a part (RFC 5322 2.2) as slices of the message, as they
** came.  What is no header field is passed over where fields follow, and
** ends the header where they do not: some mailers forget the empty line.
** A line "From …" of an mbox at the top is no field either.
*/
#ifndef sat_mime_header_h
#define sat_mime_header_h

#include "base/arena.h"
#include "format/mime_slice.h"

struct sat_header {
  struct sat_slice name, value; /* the value is folded as it came */
};

struct sat_headers {
  struct sat_header *list;
  size_t n;
  struct sat_slice raw; /* all lines, without the empty one */
  bool cut;             /* there were more fields than `most` */
};

/* Reads the header at the start of s; *s moves to the body.  Fields after
** the first `most` are not listed. */
void sat_headers_read(struct sat_slice *s, size_t most, struct sat_arena *a,
                      struct sat_headers *h_r);

/* Moves *s behind what a file may begin with that is no part of the message:
** a byte order mark, empty lines before the first field. */
void sat_headers_skip(struct sat_slice *s);

/* the value of the first field of that name; p is NULL: none */
struct sat_slice sat_headers_get(const struct sat_headers *h,
                                 const char *name);

/* whether a line begins with a field's name and ':' */
bool sat_header_is_field(struct sat_slice line);

#endif
