/*
** The text and the HTML of a message as UTF-8, lines ending with LF.
*/
#ifndef sat_mime_text_h
#define sat_mime_text_h

#include "format/mime_item.h"

/* Append it; false if the message has none. */
bool sat_mime_text(const struct sat_mime_item *it, struct sat_buf *out);
bool sat_mime_html(const struct sat_mime_item *it, struct sat_buf *out);

/* Appends the decoded content of a part, its charset as it is. */
void sat_mime_content(const struct sat_mime_part *part, struct sat_buf *out);

#endif
