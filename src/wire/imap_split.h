/*
** Where one IMAP response ends (RFC 9051 2.2.2, 4.3): at the first CRLF that
** is not within a literal.  The splitter reads a window of bytes that grows
** at its end and begins with the response; it keeps its place between calls
** and looks at no byte twice.  When it has found the end it is ready for the
** next response, with which the next window begins.
**
** It knows nothing of the grammar but literals and quotes: what looks like the
** announcement of a literal within a quoted string is somebody's mail, in a
** line that a server has torn apart, and no bytes are waited for on its word.
**
** Invariant: everything before 'at' has been seen; 'at' may lie beyond the
** window while a literal is on its way.
*/
#ifndef sat_imap_split_h
#define sat_imap_split_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* a line holds a whole SEARCH result or the addresses of an envelope: this is
** two million numbers */
#define SAT_IMAP_LINE ((size_t)16 << 20)
#define SAT_IMAP_LITERAL ((size_t)256 << 20)
#define SAT_IMAP_RESPONSE ((size_t)512 << 20)

struct sat_imap_splitter {
  /* limits in bytes; 0: the defaults above */
  size_t max_line;      /* one line without its literals' bytes */
  size_t max_literal;
  size_t max_response;

  size_t need;          /* after 0: bytes that must come at least */
  struct sat_error err; /* after -1 */

  /* reset with each response */
  size_t at;            /* first byte that was not looked at */
  size_t line;          /* where the line began */
  bool inside;          /* behind a literal: not the first line */
  bool code;            /* within the brackets of a response code */
  bool free;            /* free text: what looks like a literal is none */
};

/* The length of the response that p[0..n) begins with, CRLF included; 0 if it
** is not complete; -1 (sticky) if it is beyond a limit. */
ssize_t sat_imap_split(struct sat_imap_splitter *s, const void *p, size_t n);

/* The size of the literal that is announced at the end of a line, -1: none
** (RFC 9051 4.3; "{1+}" is for clients alone, RFC 7888 3). */
int64_t sat_imap_literal_size(const char *p, const char *end);

/* Does a line end within a quoted string? */
bool sat_imap_ends_quoted(const char *p, const char *end);

/* Forgets the response under way and the error, and keeps the limits. */
void sat_imap_split_reset(struct sat_imap_splitter *s);

#endif
