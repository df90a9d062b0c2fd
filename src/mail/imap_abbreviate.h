/*
** IMAP for people to read: the bytes of one command or response on one line,
** a literal shown by its size alone (RFC 9051 4.3), what is no printable text
** as dots, and no more than SAT_IMAP_SHOWN bytes.
*/
#ifndef sat_imap_abbreviate_h
#define sat_imap_abbreviate_h

#include <stddef.h>

#include "base/buf.h"

#define SAT_IMAP_SHOWN 4000

void sat_imap_abbreviate(struct sat_buf *out, const void *p, size_t n);

#endif
