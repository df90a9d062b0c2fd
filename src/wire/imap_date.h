/*
** date-time (RFC 9051 9), as it is written.
*/
#ifndef sat_imap_date_h
#define sat_imap_date_h

#include <stdint.h>

#include "base/buf.h"

/* the years 0 to 9999, which have four digits */
#define SAT_IMAP_DATE_MIN (-62167219200)
#define SAT_IMAP_DATE_MAX 253402300799

/* Appends seconds since 1970 as "17-Jul-1996 02:44:25 +0000", no quotes. */
void sat_imap_date_print(struct sat_buf *out, int64_t seconds);

#endif
