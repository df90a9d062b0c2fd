/*
** Values with parameters (RFC 2045 5.1, RFC 2183): "text/plain; name=x".
** Names of files come in all forms: RFC 2231 with its continuations, encoded
** words (RFC 2047, which forbids it), raw bytes above 0x7f, unquoted with
** spaces, quotes that do not end, backslashes that are folders.
*/
#ifndef sat_mime_param_h
#define sat_mime_param_h

#include "format/mime_charset.h"

/* the words before and after '/'; p is NULL where there is none */
struct sat_media_type {
  struct sat_slice type, subtype;
};

struct sat_media_type sat_media_type_of(struct sat_slice value);

/* the word before the first parameter */
struct sat_slice sat_param_word(struct sat_slice value);

/* Appends a parameter's text; false if there is none.  `charset` is for
** bytes that no declaration covers. */
bool sat_param_text(struct sat_charsets *c, struct sat_buf *out,
                    struct sat_slice value, const char *name,
                    struct sat_slice charset);

/* one parameter in its order, decoded; false behind the last */
bool sat_param_next(struct sat_slice *rest, struct sat_slice *name_r,
                    struct sat_buf *value_r);

#endif
