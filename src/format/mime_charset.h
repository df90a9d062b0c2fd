/*
** Text in any charset, as UTF-8.  What a message calls its charset is one
** thing, what it is written in another: names are looked up by the letters
** and digits in them, a subset's name means the set that people really use
** (gb2312 is read as GB18030, iso-8859-1 as windows-1252, as the WHATWG
** Encoding standard has it), and a name that is wrong or unknown gives way
** to what the bytes look like.  A conversion never fails.
**
** The conversions used last are kept open, for text comes in short pieces.
*/
#ifndef sat_mime_charset_h
#define sat_mime_charset_h

#include "base/buf.h"
#include "format/mime_slice.h"

#define SAT_CHARSETS 4

struct sat_charsets {
  struct {
    char name[24];
    void *conversion; /* NULL: unused */
  } slot[SAT_CHARSETS];
  unsigned turn; /* the slot that is given up next */
};

/* Appends text in the charset as UTF-8.  An empty label: by a byte order
** mark, else UTF-8 if it is that, else what the bytes look like. */
void sat_charsets_decode(struct sat_charsets *c, struct sat_buf *out,
                         struct sat_slice label, const char *p, size_t n);

/* Appends text in a charset by iconv's own name, which it knows. */
void sat_charsets_convert(struct sat_charsets *c, struct sat_buf *out,
                          const char *name, const char *p, size_t n);

/* whether ASCII stands for itself in that charset, so that it may be what
** bytes of a header are in */
bool sat_charsets_has_ascii(struct sat_slice label);

/* whether text under that label can be decoded by its name */
bool sat_charsets_knows(struct sat_charsets *c, struct sat_slice label);

void sat_charsets_close(struct sat_charsets *c);

#endif
