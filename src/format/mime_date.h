/*
** Dates of messages (RFC 5322 3.3), and what mailers write in their place:
** names of zones, two-digit years, the parts in another order, words before
** and behind, ISO 8601.
*/
#ifndef sat_mime_date_h
#define sat_mime_date_h

#include <stdint.h>

#include "format/mime_slice.h"

/* seconds since the epoch into *time_r; false if it is no date */
bool sat_date_read(struct sat_slice text, int64_t *time_r);

#endif
