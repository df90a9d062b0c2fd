/*
** Lists of addresses (RFC 5322 3.4) as one line after the other of name and
** email.  Groups are dissolved into their members.  What mailers write beside
** the grammar is read: semicolons between addresses, names with dots, commas
** within encoded words, '<' or '"' that nothing closes, comments as names,
** routes, brackets left out.
**
** A domain in its ASCII form (RFC 5890, xn--…) is shown in Unicode.
*/
#ifndef sat_mime_address_h
#define sat_mime_address_h

#include "base/arena.h"
#include "format/mime_charset.h"

struct sat_address {
  struct sat_slice name;  /* UTF-8; n is 0: none */
  struct sat_slice email; /* user@host, or what stood in its place */
  struct sat_address *next;
};

/* The addresses of a value in their order, in the arena; at most `most`. */
struct sat_address *sat_addresses_read(struct sat_charsets *c,
                                       struct sat_slice value,
                                       struct sat_slice charset, size_t most,
                                       struct sat_arena *a);

#endif
