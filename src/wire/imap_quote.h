/*
** Strings as they are written (RFC 9051 4.3): quoted where that can be, else
** literals.
*/
#ifndef sat_imap_quote_h
#define sat_imap_quote_h

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* most bytes between quotes: what is longer is sent as a literal, for servers
** bound the length of a line (RFC 7162 4) */
#define SAT_IMAP_QUOTE_MAX 4096

/* Appends a quoted string; false, and nothing, if the bytes need a literal:
** CR, LF and NUL, bytes above 127 unless 'utf8' is set and they are UTF-8. */
bool sat_imap_quote(struct sat_buf *out, const char *s, size_t n, bool utf8);

/* Appends a quoted string of any bytes but CR, LF and NUL, else a literal:
** what a server may have sent. */
void sat_imap_put_string(struct sat_buf *out, struct sat_bytes v);

#endif
