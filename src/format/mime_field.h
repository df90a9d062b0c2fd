/*
** Single fields of an item out of the header of its message.
*/
#ifndef sat_mime_field_h
#define sat_mime_field_h

#include <stdint.h>

#include "format/mime_address.h"
#include "format/mime_item.h"

/* Appends the decoded text of the first field of that name; false: none. */
bool sat_mime_field_text(const struct sat_mime_item *it, const char *name,
                         struct sat_buf *out);

/* the addresses of all fields of that name */
struct sat_address *sat_mime_field_addresses(const struct sat_mime_item *it,
                                             const char *name, size_t most,
                                             struct sat_arena *a);

/* Appends "<id>" or "<id> <id> …" (RFC 5322 3.6.4): at most `most`. */
bool sat_mime_field_ids(const struct sat_mime_item *it, const char *name,
                        size_t most, struct sat_buf *out);

/* Date, or the time the last server had it, out of Received */
bool sat_mime_sent(const struct sat_mime_item *it, int64_t *time_r);
bool sat_mime_received(const struct sat_mime_item *it, int64_t *time_r);

const char *sat_mime_importance(const struct sat_mime_item *it);
const char *sat_mime_sensitivity(const struct sat_mime_item *it);

/* one after the other of Keywords (RFC 5322 3.6.5), decoded; false: no more.
** *rest begins as the field's value. */
bool sat_mime_keyword(const struct sat_mime_item *it, struct sat_slice *rest,
                      struct sat_buf *out);

#endif
