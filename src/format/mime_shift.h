/*
** Charsets that shift between sets of characters, as mailers write them and
** iconv does not read them.
**
** ISO-2022-JP (RFC 1468) with half-width kana and the characters of NEC and
** IBM, which it does not have by its letter: its two-byte characters are
** those of EUC-JP with the high bits off, so the runs between escape
** sequences are read as that.  HZ (RFC 1843) likewise by way of GB18030.
*/
#ifndef sat_mime_shift_h
#define sat_mime_shift_h

#include "format/mime_charset.h"

void sat_jis_decode(struct sat_charsets *c, struct sat_buf *out, const char *p,
                    size_t n);

void sat_hz_decode(struct sat_charsets *c, struct sat_buf *out, const char *p,
                   size_t n);

#endif
