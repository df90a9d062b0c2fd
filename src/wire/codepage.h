/*
** Text in the code pages of Windows, as UTF-8.  A decoder keeps the
** conversion it used last, for text comes in many short pieces.
*/
#ifndef sat_codepage_h
#define sat_codepage_h

#include <stddef.h>

#include "base/buf.h"

struct sat_codepage {
  unsigned number;  /* of the conversion that is open */
  void *conversion; /* NULL: none */
};

/* Appends n bytes in the code page as UTF-8; what is no character becomes
** U+FFFD.  An unknown code page is taken as windows-1252. */
void sat_codepage_decode(struct sat_codepage *c, struct sat_buf *out,
                         unsigned number, const void *p, size_t n);

/* The code page of a font's \fcharset; 0: the default one. */
unsigned sat_codepage_of_charset(int charset);

void sat_codepage_close(struct sat_codepage *c);

#endif
