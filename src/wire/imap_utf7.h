/*
** Names of mailboxes in modified UTF-7 (RFC 3501 5.1.3): printable ASCII
** stands for itself, "&-" for "&", and everything else is UTF-16 in a base64
** that has "," for "/".  There is one encoding of each name; any other is
** refused by the decoder.
**
** Categories of items are keywords in the same way: what an atom cannot hold
** (RFC 9051 9, atom-specials) is in base64 too.
*/
#ifndef sat_imap_utf7_h
#define sat_imap_utf7_h

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"

enum sat_imap_utf7 {
  SAT_IMAP_UTF7_NAME,   /* of a mailbox */
  SAT_IMAP_UTF7_KEYWORD /* an atom */
};

/* Appends UTF-8 in modified UTF-7; false if it is no UTF-8 or holds a NUL. */
bool sat_imap_utf7_encode(struct sat_buf *out, enum sat_imap_utf7 form,
                          const char *s, size_t n);

/* most bytes that a name of n bytes takes when it is decoded */
#define SAT_IMAP_UTF7_ROOM(n) ((n) + (n) / 2 + 4)

/* Writes the name in UTF-8 and returns its length; -1 if it is no modified
** UTF-7. */
ssize_t sat_imap_utf7_decode(char *out, enum sat_imap_utf7 form,
                             const char *s, size_t n);

#endif
