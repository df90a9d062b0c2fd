/*
** Text: UTF-8 and UTF-16LE.  Inside, text is UTF-8; the wire has UTF-16LE
** or 8-bit text.  A conversion never fails: what is no character becomes
** U+FFFD on the way in.
*/
#ifndef sat_text_h
#define sat_text_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Appends UTF-16LE (n bytes; an odd last byte is ignored) as UTF-8. */
void sat_text_from_utf16(struct sat_buf *out, const void *p, size_t n);

/* Appends UTF-8 as UTF-16LE, without a terminator.  Returns false if the
** input was not UTF-8 (U+FFFD was put in its place). */
bool sat_text_to_utf16(struct sat_buf *out, const char *s, size_t n);

/* the number of bytes that text takes in the other form */
size_t sat_text_utf8_size(const void *utf16, size_t n);
size_t sat_text_utf16_size(const char *utf8, size_t n);

/* Converts into memory of at least sat_text_utf8_size bytes; returns the
** number written.  Not terminated. */
size_t sat_text_copy_utf16(char *out, const void *utf16, size_t n);

bool sat_text_is_utf8(const char *s, size_t n);

/* Decodes one character at s (n > 0 bytes left) into *c_r; returns its
** length, or 0 if it is not valid UTF-8. */
size_t sat_text_next(const char *s, size_t n, uint32_t *c_r);

/* Appends one character as UTF-8. */
void sat_text_put(struct sat_buf *out, uint32_t c);

/* Appends 8-bit text as UTF-8: valid UTF-8 as it is, else windows-1252. */
void sat_text_from_8bit(struct sat_buf *out, const void *p, size_t n);

#endif
