/*
** Header fields as they are written: text that is not ASCII as encoded words
** (RFC 2047) and parameters as RFC 2231 has them, or all of it as UTF-8
** (RFC 6532) where the way there takes that; folded at blanks so that lines
** have at most 76 characters where they can and 998 always.
**
** CR, LF and NUL have no way into a field: they are an error.
*/
#ifndef sat_mime_encode_h
#define sat_mime_encode_h

#include "base/buf.h"
#include "base/error.h"
#include "format/mime_slice.h"

/* one field while it is written */
struct sat_line {
  struct sat_buf *out;
  bool utf8;
  size_t column;
  struct sat_error *err; /* invalid, limit */
};

/* "Name:"; nothing but letters, digits and such make a name */
void sat_line_begin(struct sat_line *f, struct sat_slice name);

/* unstructured text (RFC 5322 2.2.1) */
void sat_line_text(struct sat_line *f, struct sat_slice text);

/* An address, behind a comma if it is not the first.  A domain is written in
** ASCII unless utf8; a local part that is not ASCII needs utf8. */
void sat_line_address(struct sat_line *f, struct sat_slice name,
                       struct sat_slice email, bool first);

/* words that are ASCII and separated by blanks, such as message ids */
void sat_line_words(struct sat_line *f, struct sat_slice words);

/* a parameter behind what has been written, with its ';' */
void sat_line_param(struct sat_line *f, struct sat_slice name,
                     struct sat_slice value);

void sat_line_end(struct sat_line *f);

#endif
