/*
** What a report says (RFC 6522): of delivery (RFC 3464), or of what became of
** a message at its recipient (RFC 8098).
*/
#ifndef sat_mime_report_h
#define sat_mime_report_h

#include "format/mime_item.h"

enum sat_report_kind { SAT_REPORT_NONE, SAT_REPORT_DELIVERY,
                       SAT_REPORT_DISPOSITION };

struct sat_report_recipient { /* slices of UTF-8 in the arena; n is 0: none */
  struct sat_slice email, original, action, status, diagnostic, remote;
  struct sat_report_recipient *next;
};

struct sat_report {
  enum sat_report_kind kind;
  struct sat_slice reporter;    /* Reporting-MTA or Reporting-UA */
  struct sat_slice message_id;  /* of the message it is about */
  struct sat_slice subject;     /* of that message */
  struct sat_slice envelope_id; /* RFC 3464 2.2.1 */
  struct sat_report_recipient *recipients;
};

/* Reads the report of an item into the arena; kind tells whether there is
** one. */
void sat_report_read(const struct sat_mime_item *it, struct sat_arena *a,
                     struct sat_report *report_r);

/* the message class of an item by its content ([MS-OXCMAIL] 2.1.3) */
const char *sat_mime_class(const struct sat_mime_item *it,
                           const struct sat_report *report);

#endif
