/*
** Bytes as text: base64 (RFC 4648 4) and hexadecimal digits.
*/
#ifndef sat_base64_h
#define sat_base64_h

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

void sat_base64_encode(struct sat_buf *out, const void *p, size_t n);

/* White space is skipped, the padding may be missing.  False if there is
** anything else that is not base64, or bits are left over. */
bool sat_base64_decode(struct sat_buf *out, const char *s, size_t n);

/* lower-case digits */
void sat_hex_encode(struct sat_buf *out, const void *p, size_t n);

/* White space between bytes is skipped; false if there is anything else. */
bool sat_hex_decode(struct sat_buf *out, const char *s, size_t n);

#endif
