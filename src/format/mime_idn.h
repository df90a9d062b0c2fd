/*
** Internationalised domain names (RFC 5890) of addresses: their labels in
** ASCII (xn--…, RFC 3492) and in Unicode.  What cannot be converted stays as
** it is.
*/
#ifndef sat_mime_idn_h
#define sat_mime_idn_h

#include <stdbool.h>

#include "base/buf.h"

/* the domain behind the last '@' of what is in the buffer */
void sat_idn_to_unicode(struct sat_buf *email);

/* false: a label has no ASCII form, or the part before '@' is not ASCII */
bool sat_idn_to_ascii(struct sat_buf *email);

#endif
